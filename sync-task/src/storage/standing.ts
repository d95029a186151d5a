/** Errors where something stands that must not be replaced, or can't be: the same words in every storage. */
import { SyncError } from '../base/errors.ts';
import type { StoredFile } from './storage.ts';

export function existsAlready(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(
    `${label}: ${JSON.stringify(path)} stands there already; remove it, or run with --existing adopt or replace`,
    { kind: 'refused', reason: 'exists', path, cause },
  );
}

/** @param source path at the source, where it is another one */
export function notAFile(
  label: string,
  path: string,
  kind: StoredFile['kind'] = 'special',
  source: string = path,
): SyncError {
  const what = kind === 'folder' ? 'a folder' : kind === 'link' ? 'a symbolic link' : 'no regular file';
  return new SyncError(`${label}: ${JSON.stringify(path)} is ${what}; move it away or exclude the file`, {
    kind: 'permanent',
    reason: kind === 'folder' ? 'is-a-folder' : 'not-a-file',
    path: source,
  });
}
