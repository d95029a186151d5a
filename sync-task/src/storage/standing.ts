/** What every storage says where something stands that must not be replaced. */
import { SyncError } from '../errors.ts';

export function existsAlready(label: string, path: string, cause?: unknown): SyncError {
  return new SyncError(
    `${label}: ${JSON.stringify(path)} stands there already; remove it, or run with --existing adopt or replace`,
    { kind: 'refused', reason: 'exists', path, cause },
  );
}
