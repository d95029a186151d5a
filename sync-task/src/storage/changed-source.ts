/** Errors for a source file that is no longer the version that was listed: it is left to a later run. */
import { SyncError } from '../base/errors.ts';

export function vanished(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} vanished after it was listed`, {
    kind: 'changed',
    reason: 'vanished',
    path,
    cause,
  });
}

/** @param how what differs, in words, where that is known */
export function notAsListed(label: string, path: string, how?: string, cause?: unknown): SyncError {
  const detail = how === undefined ? '' : ` (${how})`;
  return new SyncError(`${label}: ${JSON.stringify(path)} is not what was listed${detail}; a later run takes it`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
    cause,
  });
}
