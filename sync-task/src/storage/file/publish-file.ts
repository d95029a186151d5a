/**
 * Makes a draft the file at its path: by a rename, which replaces what stands there in one step, or, where nothing may be
 * replaced, by a second name for it, which the system refuses where one stands. A crash before the first name is removed
 * leaves both; the next publish or recover removes it.
 */
import type { Stats } from 'node:fs';
import { link, lstat, rename, unlink } from 'node:fs/promises';
import { draftMissing } from '../draft-errors.ts';
import { tempName } from '../draft-name.ts';
import { baseOf, joinPath, parentOf } from '../paths.ts';
import { existsAlready } from '../standing.ts';
import type { PublishOptions } from '../storage.ts';
import { explained, isCode, isMissing } from './file-error.ts';
import type { Folders } from './folders.ts';

export interface Publisher {
  /** False once a file system has refused a second name for a file. */
  readonly makesLinks: boolean;
  publish(path: string, name: string, options: PublishOptions): Promise<void>;
}

/** What file systems that have no hard links say, or that have as many of this file as they keep. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL'];

/** @param makeLink for tests */
export function publisher(folders: Folders, makeLink: typeof link = link): Publisher {
  const { label } = folders;
  let makesLinks = true;

  async function publishNew(path: string, temp: string, final: string, { mayWrite }: PublishOptions): Promise<void> {
    try {
      await makeLink(temp, final);
    } catch (error) {
      if (isCode(error, 'EEXIST')) {
        if (!(await isOneFile(temp, final))) throw existsAlready(label, path, error);
      } else if (isCode(error, ...noLinks)) {
        makesLinks = false;
        if (await standing(final)) throw existsAlready(label, path, error);
        await mayWrite?.();
        await rename(temp, final);
        return;
      } else throw error;
    }
    await unlink(temp);
  }

  return {
    get makesLinks() {
      return makesLinks;
    },

    async publish(path, name, options) {
      const folder = await folders.find(parentOf(path));
      await explained({ label, path, what: 'publish' }, async () => {
        try {
          if (folder === undefined) throw draftMissing(label, path);
          const [temp, final] = [joinPath(folder, tempName(name)), joinPath(folder, baseOf(path))];
          await options.mayWrite?.();
          if (options.onlyNew) await publishNew(path, temp, final, options);
          else await rename(temp, final);
        } catch (error) {
          if (isMissing(error)) throw draftMissing(label, path, error);
          throw error;
        }
      });
    },
  };
}

async function standing(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** True after a crash between the two steps: the draft was published. */
async function isOneFile(temp: string, final: string): Promise<boolean> {
  const [draft, published] = [await lstat(temp), await standing(final)];
  return published?.ino === draft.ino && published.dev === draft.dev;
}
