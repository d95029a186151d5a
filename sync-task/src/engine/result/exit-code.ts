import { exitCodes } from '../../base/errors.ts';
import type { Result } from './result.ts';

/** The exit code of the process: the error that most deserves a retry decides. */
export function exitCodeForResult(result: Result): number {
  if (result.status === 'done') return exitCodes.done;
  const kinds = new Set(result.errors.map((error) => error.kind));
  if (kinds.has('transient')) return exitCodes.transient;
  if (kinds.has('permission')) return exitCodes.permission;
  return exitCodes.permanent;
}
