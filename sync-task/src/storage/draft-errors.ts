/** Errors of drafts that are gone, or stand already: the same words in every storage. */
import { SyncError } from '../base/errors.ts';

export function draftMissing(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: the draft of ${JSON.stringify(path)} is gone before it was published; run again`, {
    kind: 'transient',
    reason: 'draft-missing',
    path,
    cause,
  });
}

export function draftExists(label: string, path: string, name: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: a draft ${name} of ${JSON.stringify(path)} stands already`, {
    kind: 'permanent',
    reason: 'draft-exists',
    path,
    cause,
  });
}

/** The storage confirms another size than was written. */
export function sizeDiffers(label: string, path: string, storedBytes: number, writtenBytes: number): SyncError {
  return new SyncError(
    `${label}: ${JSON.stringify(path)} has ${storedBytes} bytes after ${writtenBytes} were written; run again`,
    { kind: 'transient', reason: 'size-differs', path },
  );
}
