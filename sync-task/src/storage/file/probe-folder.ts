/** Proves the rights in a folder with hidden files of its own, which no listing shows even if this is killed halfway. */
import { lstat, open, rename, statfs, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { backupName, probeName, tempName } from '../draft-name.ts';
import { nameFeatures } from '../name-features.ts';
import type { StorageProbe } from '../storage.ts';
import { explained, isCode } from './file-error.ts';
import { isKept, setMtime, versionOf } from './file-version.ts';
import type { Folders } from './folders.ts';

/** Time stamps of the same machine lag behind its clock by a timer tick; that is no skew. */
const SAME_CLOCK_MS = 1000;
const LONG_AGO_MS = Date.UTC(2001, 1, 3, 4, 5, 6);

/** Where the root does not stand yet, it is asked of the nearest folder above, in which it would be made. */
export async function probeFolder(folders: Folders, signal: AbortSignal): Promise<StorageProbe> {
  signal.throwIfAborted();
  return explained({ label: folders.label, path: '', what: 'write, rename and remove files in' }, async () => {
    const root = await folders.find('');
    const { folder, freeBytes } = await nearest(root ?? resolve(folders.root));
    const { clockSkewMs, mtimeKept, caseSensitive, newFileRights } = await tryFile(folder);
    const notes: string[] = [];
    if (root === undefined) notes.push(`${folders.root} does not exist yet: it will be made`);
    return { clockSkewMs, freeBytes, mtimeKept, newFileRights, features: nameFeatures(caseSensitive), notes };
  });
}

async function nearest(path: string): Promise<{ readonly folder: string; readonly freeBytes: number }> {
  try {
    const { bavail, bsize } = await statfs(path);
    return { folder: path, freeBytes: bavail * bsize };
  } catch (error) {
    if (!isCode(error, 'ENOENT') || dirname(path) === path) throw error;
    return nearest(dirname(path));
  }
}

interface Tried {
  readonly clockSkewMs: number;
  readonly mtimeKept: boolean;
  readonly caseSensitive: boolean;
  readonly newFileRights: number;
}

async function tryFile(folder: string): Promise<Tried> {
  const name = probeName();
  const temp = join(folder, tempName(name));
  const renamed = join(folder, backupName(name));
  let standing: string | undefined;
  try {
    await using file = await open(temp, 'wx');
    standing = temp;
    const beforeMs = Date.now();
    await file.writeFile('sync-task check\n');
    const skewMs = versionOf(await file.stat()).mtimeMs - beforeMs;
    const newFileRights = (await file.stat()).mode & 0o777;
    const mtimeKept = (await setMtime(file, LONG_AGO_MS)) && isKept(LONG_AGO_MS, versionOf(await file.stat()).mtimeMs);
    await file.sync();
    const caseSensitive = !(await stands(join(folder, tempName(name).toUpperCase())));
    await rename(temp, renamed);
    standing = renamed;
    return { clockSkewMs: Math.abs(skewMs) < SAME_CLOCK_MS ? 0 : skewMs, mtimeKept, caseSensitive, newFileRights };
  } finally {
    if (standing !== undefined) await unlink(standing);
  }
}

async function stands(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}
