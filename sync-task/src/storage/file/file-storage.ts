/** A folder of this machine as a storage. Links below the root never lead out of it (see `folders.ts`). */
import { link, lstat, opendir, rename, statfs, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { skewFromAccess } from '../clock.ts';
import { backupName, tempName } from '../draft-name.ts';
import { baseOf, checkPath, joinPath, parentOf } from '../paths.ts';
import type { Storage, StoredFile } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { explained, isCode, isMissing } from './file-error.ts';
import { storedFileOf } from './file-version.ts';
import { type Folders, openFolders } from './folders.ts';
import { listFiles } from './list-files.ts';
import { probeFolder } from './probe-folder.ts';
import { publisher } from './publish-file.ts';
import { READ_BYTES, readFile } from './read-file.ts';
import { whereaboutsOf } from './whereabouts.ts';
import { startDraft } from './write-draft.ts';

/** Node has four threads for files; a few more in flight keep them busy. */
const FILES_AT_ONCE = 16;

export interface FileStorageOptions {
  /** The folder. It need not stand yet: writing makes it, listing refuses. */
  readonly root: string;
  /** For messages. */
  readonly label: string;
}

export function open({ endpoint: { location } }: OpenOptions): Promise<Storage> {
  return fileStorage({ root: location.path, label: location.label });
}

/** Opens nothing and holds nothing open between calls. */
export async function fileStorage({ root, label }: FileStorageOptions): Promise<Storage> {
  const folders = openFolders(resolve(root), label);
  const publishing = publisher(folders);
  /** Drafts made without fsync; the folder is flushed for all others, those of a crashed process included. */
  const unsynced = new Set<string>();

  return {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: true,
      setMtime: true,
      maxReadBytes: READ_BYTES,
      mtimeStepMs: 1,
      readsDrafts: true,
      draftsApart: true,
      get publishesNew() {
        return publishing.makesLinks ? 'atomic' : 'looked-at';
      },
      filesAtOnce: FILES_AT_ONCE,
    },

    list: (options) => listFiles(folders, options),
    read: (path, options) => readFile(folders, path, options),

    async stat(path) {
      checkPath(path);
      return look(folders, path, baseOf(path));
    },

    async rights(path) {
      checkPath(path);
      const folder = await folders.find(parentOf(path));
      if (folder === undefined) return undefined;
      return explained({ label, path, what: 'look at' }, async () => {
        return (await lstat(joinPath(folder, baseOf(path)))).mode & 0o777;
      });
    },

    async draft(path, options) {
      const draft = await startDraft(folders, path, options);
      if (options.fsync) return draft;
      unsynced.add(options.name);
      return draft;
    },

    inPlace: {
      async draft(path, options) {
        const draft = await startDraft(folders, path, options, 'in-place');
        if (!options.fsync) unsynced.add(path);
        return draft;
      },
      async settle(path) {
        if (!unsynced.delete(path)) await folders.flush(parentOf(path));
      },
      async remove(path) {
        checkPath(path);
        const folder = await folders.find(parentOf(path));
        if (folder !== undefined) {
          await explained({ label, path, what: 'remove' }, () => remove(joinPath(folder, baseOf(path))));
        }
      },
      async freeBytes() {
        const top = await folders.find('');
        if (top === undefined) return undefined;
        const { bavail, bsize } = await statfs(top);
        return bavail * bsize;
      },
    },

    async statDraft(path, name) {
      checkPath(path);
      const found = await look(folders, path, tempName(name));
      return found?.kind === 'file' ? { size: found.size, mtimeMs: found.mtimeMs } : undefined;
    },

    async publish(path, name, options = {}) {
      checkPath(path);
      await publishing.publish(path, name, options);
      if (!unsynced.delete(name)) await folders.flush(parentOf(path));
    },

    async recover(path, name) {
      checkPath(path);
      return recoverDraft(folders, path, name);
    },

    async clockSkew(signal) {
      const top = await folders.find('');
      if (top === undefined) return undefined;
      return explained({ label, path: '', what: 'list' }, () =>
        skewFromAccess({
          lastAccessMs: async () => Math.floor((await lstat(top)).atimeMs),
          async access() {
            signal.throwIfAborted();
            await using folder = await opendir(top);
            await folder.read();
          },
        }),
      );
    },

    whereabouts: () => whereaboutsOf(resolve(root)),
    probe: (signal) => probeFolder(folders, signal),

    async [Symbol.asyncDispose]() {},
  };
}

/** What stands beside `path` under that name. */
async function look(folders: Folders, path: string, name: string): Promise<StoredFile | undefined> {
  const folder = await folders.find(parentOf(path));
  if (folder === undefined) return undefined;
  return explained({ label: folders.label, path, what: 'look at' }, async () => {
    try {
      return storedFileOf(await lstat(joinPath(folder, name)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

/** Publishing here needs no back-up, but the folder may be one that was served by SFTP until now. */
async function recoverDraft(folders: Folders, path: string, name: string): Promise<boolean> {
  const folder = await folders.find(parentOf(path));
  if (folder === undefined) return false;
  const backup = joinPath(folder, backupName(name));
  return explained({ label: folders.label, path, what: 'recover' }, async () => {
    const backupStands = (await look(folders, path, backupName(name))) !== undefined;
    if (backupStands) await restore(backup, joinPath(folder, baseOf(path)));
    const tempStood = await remove(joinPath(folder, tempName(name)));
    return backupStands || tempStood;
  });
}

/** Puts an old file back where nothing stands; never over a file that came meanwhile. */
async function restore(backup: string, final: string): Promise<void> {
  try {
    await link(backup, final);
  } catch (error) {
    const hasLinks = isCode(error, 'EEXIST');
    if (!hasLinks && !(await lstat(final).catch(() => undefined))) return rename(backup, final);
  }
  await remove(backup);
}

async function remove(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
