/** Contexts for bytes that belong to no file at a target, such as in a test or a benchmark. */
import { setImmediate } from 'node:timers/promises';
import { SyncError } from '../../base/errors.ts';
import type { BoundedFile } from '../transform.ts';

/** Memory enough for every test. */
export const unbounded = {
  takeMemory: async () => () => undefined,
  turn: () => setImmediate(),
  memoryBytes: 256 * 1024 ** 2,
  maxExpansion: Number.POSITIVE_INFINITY,
};

/** Side files, scratch space and keys fail. */
export function detachedFile(path: string): BoundedFile {
  const nowhere = () =>
    Promise.reject(
      new SyncError(`${path}: there is no place for a second file here`, { kind: 'permanent', reason: 'no-place' }),
    );
  return {
    path,
    signal: new AbortController().signal,
    scratch: nowhere,
    aside: nowhere,
    takeKeys: nowhere,
    note: () => undefined,
    ...unbounded,
  };
}
