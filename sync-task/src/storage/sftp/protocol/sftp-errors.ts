/** What a server's status means for a file, in the user's words. */
import { SyncError } from '../../../base/errors.ts';
import { status } from './packet.ts';

type Meaning = readonly [kind: 'permanent' | 'permission' | 'transient', reason: string, advice: string];

/** Every code has a meaning, known or not; `text` is the server's own. */
function meaningOf(code: number, text: string): Meaning {
  switch (code) {
    case status.noSuchFile:
    case status.noSuchPath:
      return ['permanent', 'not-found', 'it does not exist; check the path'];
    case status.permissionDenied:
    case status.writeProtected:
      return ['permission', 'permission-denied', 'permission denied; give the login this right'];
    case status.noSpace:
    case status.quotaExceeded:
      return ['permanent', 'disk-full', 'the disk or quota is full; free space there, then run again'];
    case status.noConnection:
    case status.connectionLost:
      return ['transient', 'connection-lost', 'the server lost its own connection; run again'];
    case status.unsupported:
      return ['permanent', 'unsupported', 'the server does not support it; see sync-task check'];
    default: {
      const said = JSON.stringify(text || `status ${code}`);
      return [
        'permanent',
        'failure',
        `the server says ${said} without a reason (rights, disk space, quota or open files?)`,
      ];
    }
  }
}

/**
 * What the server said instead of doing it. Whoever knows what was to be done says more (`explainStatus`); where nobody does,
 * it is an error with a kind all the same.
 */
export class SftpStatus extends SyncError {
  readonly code: number;
  /** The server's words. */
  readonly text: string;
  /** @param place the label of the server */
  constructor(code: number, text: string, place = 'the server') {
    const [kind, reason, advice] = meaningOf(code, text);
    // Made for every file that is not there yet; a stack would only lead to the socket.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${place}: a request was refused: ${advice}`, { kind, reason });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'SftpStatus';
    this.code = code;
    this.text = text;
  }
}

/** `what` is the operation in words ("write", "list"), `place` the label of the location. Others than statuses pass through. */
export function explainStatus(error: unknown, what: string, place: string, path: string): unknown {
  if (!(error instanceof SftpStatus)) return error;
  const where = `${place}: cannot ${what} ${path === '' ? 'its root' : JSON.stringify(path)}`;
  const [kind, reason, advice] = meaningOf(error.code, error.text);
  return new SyncError(`${where}: ${advice}`, { kind, reason, path, cause: error });
}

export function isStatus(error: unknown, ...codes: readonly number[]): error is SftpStatus {
  return error instanceof SftpStatus && codes.includes(error.code);
}

export const missing = [status.noSuchFile, status.noSuchPath] as const;
