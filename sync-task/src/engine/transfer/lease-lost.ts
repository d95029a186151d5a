import { SyncError } from '../../base/errors.ts';

/** Another worker holds the claim now. */
export function leaseLost(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} was taken over by another worker while this one was away; nothing was published here`,
    { kind: 'transient', reason: 'lease-lost', path },
  );
}
