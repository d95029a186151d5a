import { SyncError } from '../base/errors.ts';

/** The error for an option with a wrong value. @param as how the user gave it: flag, variable, or key and line of the file */
export function badOption(as: string, message: string): SyncError {
  return new SyncError(`${as}: ${message}`, { kind: 'usage', reason: 'bad-option' });
}
