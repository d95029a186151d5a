/**
 * Errors say how to react. The kind decides about a retry and the exit code; the message is one line that a user can act on:
 * what, where, what to do next. Stack traces and causes show with `--log-level debug`.
 */

/**
 * - `usage`: the command line or the configuration is wrong
 * - `permanent`: a retry changes nothing
 * - `transient`: a retry may help
 * - `permission`: a login, a host key or a right is missing
 * - `refused`: a rule of the user does not allow the file, or the run, as it is (invalid encoding, the target exists)
 * - `changed`: the source file is not what the plan saw (it grew, shrank or vanished): it waits for a later run
 * - `stopped`: the user stopped the command
 */
export type ErrorKind = 'usage' | 'permanent' | 'transient' | 'permission' | 'refused' | 'changed' | 'stopped';

export const exitCodes = {
  done: 0,
  usage: 64,
  permanent: 65,
  transient: 75,
  permission: 77,
  interrupted: 130,
  terminated: 143,
} as const;

export interface SyncErrorDetails {
  readonly kind: ErrorKind;
  /** A stable word for tables and tests, in kebab case: `not-found`, `host-key-changed`. */
  readonly reason: string;
  readonly path?: string | undefined;
  readonly cause?: unknown;
}

/** The only error class: everything that a user or the outside world can cause. */
export class SyncError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly path: string | undefined;

  constructor(message: string, details: SyncErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SyncError';
    this.kind = details.kind;
    this.reason = details.reason;
    this.path = details.path;
  }
}

/** Anything thrown, as a SyncError. What is not one already is a defect of ours, and permanent. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  // The first failure counts; a failure while closing only follows from it.
  if (error instanceof SuppressedError) return asSyncError(error.suppressed);
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError(`internal error: ${message}; please report it with --log-level debug output`, {
    kind: 'permanent',
    reason: 'internal',
    cause: error,
  });
}

/** The exit code for an error that ends a command. `stopped` is 143 here: the caller knows whether it was SIGINT. */
export function exitCodeOf(error: SyncError): number {
  switch (error.kind) {
    case 'usage':
      return exitCodes.usage;
    case 'permission':
      return exitCodes.permission;
    case 'transient':
      return exitCodes.transient;
    case 'stopped':
      return exitCodes.terminated;
    default:
      return exitCodes.permanent;
  }
}
