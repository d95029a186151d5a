/** Errors of drafts that are gone, or stand already: the same words in every storage. */
import { SyncError } from '../base/errors.ts';

export function draftMissing(label: string, path: string): SyncError {
  return new SyncError(`${label}: the draft of ${JSON.stringify(path)} is gone before it was published; run again`, {
    kind: 'transient',
    reason: 'draft-missing',
    path,
  });
}

export function draftExists(label: string, path: string, name: string): SyncError {
  return new SyncError(`${label}: a draft ${name} of ${JSON.stringify(path)} stands already`, {
    kind: 'permanent',
    reason: 'draft-exists',
    path,
  });
}
