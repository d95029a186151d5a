/** Entries for what a listing can't look at: each is named, and the rest is listed. */
import type { SyncError } from '../base/errors.ts';
import type { ListedEntry } from '../base/model.ts';

export function unreadable(path: string, { kind, reason, message }: SyncError): ListedEntry {
  const reaction =
    kind === 'permission' ? 'permission' : kind === 'transient' || kind === 'changed' ? 'transient' : 'permanent';
  return { path, kind: 'unreadable', size: 0, mtimeMs: 0, failure: { kind: reaction, reason, message } };
}

/** Whether the error is about one folder or file only: not the end of the work, and not a server that is gone. */
export function isAboutOnePlace({ kind, reason }: SyncError): boolean {
  return kind !== 'stopped' && reason !== 'server-lost' && reason !== 'internal';
}
