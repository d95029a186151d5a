/**
 * Folders below the root, by their real path. A link among them may lead elsewhere below the root, as the user arranged
 * it, but never out of it: whatever is opened, written or renamed is looked up here first. This guards against links
 * that stand there, not against someone with an account on this machine who swaps them between two system calls.
 *
 * No cache of folders made: looking up the real path is one call, says that the folder stands, and notices when it is
 * removed or replaced meanwhile.
 */
import { mkdir, open, realpath } from 'node:fs/promises';
import { SyncError } from '../../base/errors.ts';
import { baseOf, joinPath, parentOf } from '../paths.ts';
import { explained, isCode, isMissing } from './file-error.ts';

export interface Folders {
  readonly label: string;
  /** As given, not resolved. */
  readonly root: string;
  /** Real path of a folder ('' is the root), or `undefined` where nothing stands. Throws `outside-root`. */
  find(folder: string): Promise<string | undefined>;
  /** The same, after making it and the folders above where they are missing. */
  ensure(folder: string): Promise<string>;
  /** Forces to disk that the names in this folder, and the folder itself, exist. */
  flush(folder: string): Promise<void>;
}

export function openFolders(root: string, label: string): Folders {
  let realRoot: string | undefined;
  /** Folders whose own name in the folder above is on disk. */
  const flushed = new Set<string>(['']);

  async function resolve(folder: string): Promise<string | undefined> {
    const path = joinPath(root, folder);
    return explained({ label, path: folder, what: 'enter' }, async () => {
      try {
        return await realpath(path);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async function find(folder: string): Promise<string | undefined> {
    realRoot ??= await resolve('');
    const found = folder === '' ? realRoot : await resolve(folder);
    if (found === undefined || realRoot === undefined) return undefined;
    if (found === realRoot || found.startsWith(realRoot.endsWith('/') ? realRoot : `${realRoot}/`)) return found;
    throw new SyncError(
      `${label}: ${JSON.stringify(folder)} is a link that leads out of ${root}; remove it or exclude it`,
      {
        kind: 'permanent',
        reason: 'outside-root',
        path: folder,
      },
    );
  }

  async function ensure(folder: string): Promise<string> {
    const found = await find(folder);
    if (found !== undefined) return found;
    if (folder === '') await explained({ label, path: '', what: 'make' }, () => mkdir(root, { recursive: true }));
    else await make(folder, await ensure(parentOf(folder)));
    const made = await find(folder);
    if (made !== undefined) return made;
    throw new SyncError(`${label}: ${JSON.stringify(folder)} is a link that leads nowhere; remove it or exclude it`, {
      kind: 'permanent',
      reason: 'not-a-folder',
      path: folder,
    });
  }

  async function make(folder: string, above: string): Promise<void> {
    await explained({ label, path: folder, what: 'make the folder' }, async () => {
      try {
        await mkdir(joinPath(above, baseOf(folder)));
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error; // another file's draft was faster
      }
    });
  }

  async function flush(folder: string): Promise<void> {
    await flushNames(folder);
    for (let below = folder; !flushed.has(below); below = parentOf(below)) {
      await flushNames(parentOf(below));
      flushed.add(below);
    }
  }

  async function flushNames(folder: string): Promise<void> {
    await explained({ label, path: folder, what: 'flush the folder' }, async () => {
      await using handle = await open(joinPath(root, folder), 'r');
      await handle.sync().catch((error: unknown) => {
        if (!isCode(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP')) throw error; // some network file systems have no such thing
      });
    });
  }

  return { label, root, find, ensure, flush };
}
