/**
 * Paths as the tables hold them. An index row of Postgres takes at most 2,704 bytes, a path may have 4,096: a long path is stored
 * as its beginning and its hash, which sorts near the path itself. Such a key has an empty part, which no path of a file has. A
 * refused name with an empty part, which stands in a plan all the same, gets a key too.
 */
import { createHash } from 'node:crypto';

const LONGEST_BYTES = 1000;
const KEPT_BYTES = 900;
const MARK = '//';

export function keyOf(path: string): string {
  return isLong(path) ? `${beginning(path)}${MARK}${createHash('sha256').update(path).digest('hex')}` : path;
}

/** Whether this is the key of a path, not a path. */
export function isKey(stored: string): boolean {
  return stored.includes(MARK);
}

/**
 * The common beginning of the keys of all paths below the folder, where its name is too long for them to hold it; else undefined.
 */
export function beginningOfKeys(folder: string): string | undefined {
  return Buffer.byteLength(folder) < KEPT_BYTES ? undefined : beginning(folder);
}

export function isLong(path: string): boolean {
  return path.includes(MARK) || (path.length > LONGEST_BYTES / 3 && Buffer.byteLength(path) > LONGEST_BYTES);
}

/** Cuts between two characters. */
function beginning(path: string): string {
  const bytes = Buffer.from(path);
  let end = Math.min(KEPT_BYTES, bytes.length);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
