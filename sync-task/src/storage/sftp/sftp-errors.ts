/** What a server's status means for a file, in the user's words. */
import { SyncError } from '../../errors.ts';
import { status } from './packet.ts';

/** What the server said instead of doing it. */
export class SftpStatus extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    // Made for every file that is not there yet; a stack would only lead to the socket.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message || `status ${code}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'SftpStatus';
    this.code = code;
  }
}

/** `what` is the operation in words ("write", "list"), `place` the label of the location. Others than statuses pass through. */
export function explainStatus(error: unknown, what: string, place: string, path: string): unknown {
  if (!(error instanceof SftpStatus)) return error;
  const where = `${place}: cannot ${what} ${path === '' ? 'its root' : JSON.stringify(path)}`;
  const make = (kind: 'permanent' | 'permission' | 'transient', reason: string, advice: string) =>
    new SyncError(`${where}: ${advice}`, { kind, reason, path, cause: error });
  switch (error.code) {
    case status.noSuchFile:
    case status.noSuchPath:
      return make('permanent', 'not-found', 'it does not exist; check the path');
    case status.permissionDenied:
    case status.writeProtected:
      return make('permission', 'permission-denied', 'permission denied; give the login this right');
    case status.noSpace:
    case status.quotaExceeded:
      return make('permanent', 'disk-full', 'the disk or quota is full; free space there, then run again');
    case status.noConnection:
    case status.connectionLost:
      return make('transient', 'connection-lost', 'the server lost its own connection; run again');
    case status.unsupported:
      return make('permanent', 'unsupported', 'the server does not support it; see sync-task check');
    default:
      return make(
        'permanent',
        'failure',
        `the server says ${JSON.stringify(error.message)} without a reason (rights, disk space, quota or open files?)`,
      );
  }
}

export function isStatus(error: unknown, ...codes: readonly number[]): error is SftpStatus {
  return error instanceof SftpStatus && codes.includes(error.code);
}

export const missing = [status.noSuchFile, status.noSuchPath] as const;
