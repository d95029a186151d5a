/** Statuses, and which of them OpenSSH's server makes of a system error (sftp-server.c: there are not many). */

export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

const texts: Readonly<Record<number, string>> = {
  0: 'Success',
  1: 'End of file',
  2: 'No such file',
  3: 'Permission denied',
  4: 'Failure',
  5: 'Bad message',
  8: 'Operation unsupported',
};

/** Thrown by handlers for an answer other than success. */
export class RequestRefused extends Error {
  readonly status: number;
  constructor(code: number) {
    super(textOf(code));
    this.status = code;
  }
}

export function textOf(code: number): string {
  return texts[code] ?? 'Unknown error';
}

export function statusOf(error: unknown): number {
  if (error instanceof RequestRefused) return error.status;
  if (error instanceof RangeError) return status.badMessage;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EBADF':
    case 'ELOOP':
      return status.noSuchFile;
    case 'EPERM':
    case 'EACCES':
      return status.permissionDenied;
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return status.badMessage;
    default:
      return status.failure;
  }
}
