/** Makes the folders above a file, each once for a process. */
import { SyncError } from '../../../base/errors.ts';
import { parentOf } from '../../paths.ts';
import type { Connections } from '../pool/connections.ts';
import { noAttributes, request } from '../protocol/packet.ts';
import { explainStatus, isStatus, missing } from '../protocol/sftp-errors.ts';
import { kindOf, opensAsFolder } from './facts.ts';

export interface RemoteFolders {
  /** Makes it and those above it; throws where something else stands there. */
  ensure(folder: string): Promise<void>;
  /** The root was seen: should it be gone later, it is not made anew, for its disk may only not be mounted. */
  rootStands(): void;
  /** Some may have been removed since. */
  forget(): void;
}

/** @param wire a path below the root, as the server names it */
export function remoteFolders(connections: Connections, label: string, wire: (path: string) => Buffer): RemoteFolders {
  const folders = new Map<string, Promise<void>>();
  let rootStood = false;

  function ensure(folder: string): Promise<void> {
    let made = folders.get(folder);
    if (!made) {
      made = make(folder);
      folders.set(folder, made);
      made.catch(() => folders.delete(folder));
    }
    return made;
  }

  async function make(folder: string): Promise<void> {
    if (folder === '' && rootStood) return assertRoot();
    const ask = async () => (await connections.pick()).command(request.mkdir, [wire(folder), noAttributes]);
    try {
      await ask().catch(async (error: unknown) => {
        if (folder === '' || !isStatus(error, ...missing)) throw error;
        await ensure(parentOf(folder));
        await ask();
      });
    } catch (error) {
      // It may stand already: servers answer anything from FAILURE to FILE_ALREADY_EXISTS. A link to a folder is as good.
      const channel = await connections.pick();
      const standing = await channel.attributes(request.stat, [wire(folder)]).catch(() => undefined);
      const kind = standing && kindOf(standing.mode);
      if (kind === 'folder' || (standing && !kind && (await opensAsFolder(channel, wire(folder))))) return;
      if (!standing) throw explainStatus(error, 'make folder', label, folder);
      throw new SyncError(`${label}: ${JSON.stringify(folder)} is no folder, but files go below it; move it away`, {
        kind: 'permanent',
        reason: 'not-a-folder',
        path: folder,
        cause: error,
      });
    }
  }

  async function assertRoot(): Promise<void> {
    try {
      await (await connections.pick()).attributes(request.stat, [wire('')]);
    } catch (error) {
      if (!isStatus(error, ...missing)) throw explainStatus(error, 'look at', label, '');
      throw new SyncError(`${label}: its root is gone: bring it back (is its disk mounted?), then run again`, {
        kind: 'permanent',
        reason: 'root-gone',
        cause: error,
      });
    }
  }

  const rootStands = () => {
    rootStood = true;
  };

  return { ensure, rootStands, forget: () => folders.clear() };
}
