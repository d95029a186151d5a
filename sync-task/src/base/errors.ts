/**
 * Errors say how to react: the kind decides retry and exit code, the message is one line a user can act on
 * (what, where, what to do next). Stack traces and causes are for `--log-level debug`.
 */

/**
 * - `usage`: the command or configuration is wrong
 * - `permanent`: a retry won't mend it
 * - `transient`: a retry may mend it
 * - `permission`: authentication, host key or access right
 * - `refused`: a rule of the user does not allow this file as it is (invalid in its encoding, target exists)
 * - `changed`: the source is not what the plan saw (grew, shrank, vanished): the file waits for a later run
 * - `stopped`: the user asked to stop
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

/** The one error class: everything that a user can cause, or that the world can do to us. */
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

/** Anything thrown, as a SyncError: what is not one already is a defect of ours and permanent. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  // What went wrong first counts; that closing failed behind it is a consequence.
  if (error instanceof SuppressedError) return asSyncError(error.suppressed);
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError(`internal error: ${message}; please report it with --log-level debug output`, {
    kind: 'permanent',
    reason: 'internal',
    cause: error,
  });
}

/** The exit code for an error that ends a command. */
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
