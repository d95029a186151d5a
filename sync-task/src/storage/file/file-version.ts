/**
 * Modification times in whole milliseconds. Reading always rounds down, so that a file is the same version in a listing
 * and in a stat whatever its sub-millisecond digits are; writing makes sure that reading back gives the same number.
 */
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { FileVersion } from '../../base/model.ts';
import type { StoredFile } from '../storage.ts';
import { isCode } from './file-error.ts';

/** Old FAT keeps even seconds; whatever is nearer than that was kept. */
const COARSEST_STEP_MS = 2000;

/** Times travel as seconds in a double and are cut off, not rounded: a hair more keeps 0.123 s from becoming 0.122. */
const HAIR_MS = 0.01;

export function versionOf(stats: Stats): FileVersion {
  return { size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) };
}

export function storedFileOf(stats: Stats): StoredFile {
  return { ...versionOf(stats), kind: kindOf(stats) };
}

function kindOf(stats: Stats): StoredFile['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'special';
}

/** Sets the modification time. False where the file system does not offer that. */
export async function setMtime(file: FileHandle, mtimeMs: number): Promise<boolean> {
  // Node takes a negative number for "now"; a Date it takes as it is.
  const time = mtimeMs < 0 || mtimeMs % 1000 === 0 ? new Date(mtimeMs) : (mtimeMs + HAIR_MS) / 1000;
  try {
    await file.utimes(time, time);
    return true;
  } catch (error) {
    if (isCode(error, 'EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL')) return false;
    throw error;
  }
}

/** Whether the file system kept the time that it was given, apart from its own coarseness. */
export function isKept(wantedMs: number, reportedMs: number): boolean {
  return Math.abs(wantedMs - reportedMs) < COARSEST_STEP_MS;
}
