/** What of a listed entry can be written down where its name, size or time is none that could be. */
import type { ListedEntry } from '../../base/model.ts';

/** A listing may report sizes and times that no number holds. Undefined where both are fine. */
export function faultOfVersion({ size, mtimeMs }: ListedEntry): string | undefined {
  const isSize = Number.isSafeInteger(size) && size >= 0;
  return isSize && Number.isSafeInteger(mtimeMs) ? undefined : 'its size or its time is told as none that could be';
}

/**
 * A refused entry with a name for display. Such a name may look like the name of another file, but no real path starts with a dot and
 * a slash, which is put before it.
 */
export function displayable(entry: ListedEntry, before = './'): ListedEntry {
  const path = before + entry.path.toWellFormed().replaceAll('\0', '\\x00');
  return faultOfVersion(entry) === undefined ? { ...entry, path } : { ...entry, path, size: 0, mtimeMs: 0 };
}
