/**
 * Keeps reading and writing below the root where a folder on the way is, or has become, a link: the server is asked for
 * each folder's real path, once for each process.
 */
import { SyncError } from '../../../base/errors.ts';
import { parentOf } from '../../paths.ts';

export interface Confinement {
  /** Throws `permanent` (reason `outside-root`) where the folder's real path is not below the real root. */
  check(folder: string): Promise<void>;
}

/** `realpath` of a relative folder; undefined where it does not exist or the server won't tell. */
export function confinement(label: string, realpath: (folder: string) => Promise<string | undefined>): Confinement {
  const checked = new Map<string, Promise<void>>();

  async function look(folder: string): Promise<void> {
    const [root, real] = await Promise.all([realpath(''), realpath(folder)]);
    // What does not exist yet will be made below its parent.
    if (real === undefined) return check(parentOf(folder));
    if (root === undefined || real === root || real.startsWith(root === '/' ? root : `${root}/`)) return;
    throw new SyncError(
      `${label}: ${JSON.stringify(folder)} is a link that leads out of the root, to ${JSON.stringify(real)}; use that place as a location of its own, or exclude it`,
      { kind: 'permanent', reason: 'outside-root', path: folder },
    );
  }

  function check(folder: string): Promise<void> {
    if (folder === '') return Promise.resolve();
    let looking = checked.get(folder);
    if (!looking) {
      looking = look(folder);
      checked.set(folder, looking);
      looking.catch(() => checked.delete(folder)); // a lost connection is no verdict
    }
    return looking;
  }

  return { check };
}
