/** What an operating system's error means for a file, and what the user can do about it. */
import { type ErrorKind, SyncError } from '../../base/errors.ts';

export interface FailedOperation {
  /** The storage's label. */
  readonly label: string;
  /** Relative to the root; '' for the root itself. */
  readonly path: string;
  /** In words that follow "cannot": `write`, `list`. */
  readonly what: string;
  /** How many bytes were wanted, where that is known. */
  readonly neededBytes?: number | undefined;
}

type Meaning = readonly [kind: ErrorKind, reason: string, advice: string];

const full: Meaning = ['permanent', 'disk-full', 'the disk is full; free space there, then run again'];
const forbidden: Meaning = [
  'permission',
  'permission-denied',
  'permission denied; give the user of this process that right',
];
const tooManyOpen: Meaning = [
  'transient',
  'too-many-open-files',
  'too many open files; raise ulimit -n or lower --files',
];

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: full,
  EDQUOT: ['permanent', 'disk-full', 'the disk quota is used up; free space or raise it, then run again'],
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: ['permission', 'read-only', 'the file system is mounted read-only; mount it writable'],
  EMFILE: tooManyOpen,
  ENFILE: tooManyOpen,
  ENOENT: ['permanent', 'not-found', 'it does not exist; check the path'],
  ENOTDIR: ['permanent', 'not-a-folder', 'something above it is no folder; move that away or exclude the file'],
  EISDIR: ['permanent', 'is-a-folder', 'a folder stands there; move it away or exclude the file'],
  ELOOP: ['permanent', 'is-a-link', 'a link stands there, or links lead in a circle; links are not followed'],
  ENAMETOOLONG: [
    'permanent',
    'name-too-long',
    'the name or path is too long for that file system; rename it at the source',
  ],
  EINVAL: ['permanent', 'name-refused', 'that file system takes no such name; rename it at the source'],
  EILSEQ: ['permanent', 'name-refused', 'that file system takes no such name; rename it at the source'],
  EFBIG: ['permanent', 'too-large', 'it is larger than that file system or a limit (ulimit -f) allows'],
  EIO: ['transient', 'io-error', 'the disk or its network failed; look into the system log if it comes again'],
  EAGAIN: ['transient', 'busy', 'the system was busy; run again'],
  EBUSY: ['transient', 'busy', 'it is in use; run again'],
  ENOMEM: ['transient', 'no-memory', 'the system is out of memory; run again'],
  ESTALE: ['transient', 'stale', 'the network file system moved on; run again'],
  ETIMEDOUT: ['transient', 'timeout', 'the network file system did not answer; run again'],
};

/** The error as a SyncError that says how to react. One that is a SyncError already, or no system error, comes back as it is. */
export function explainFileError(error: unknown, { label, path, what, neededBytes }: FailedOperation): unknown {
  const code = codeOf(error);
  if (error instanceof SyncError || code === undefined) return error;
  const [kind, reason, advice] = meanings[code] ?? ['permanent', code.toLowerCase(), (error as Error).message];
  const where = path === '' ? `its folder` : JSON.stringify(path);
  const need = reason === 'disk-full' && neededBytes !== undefined ? ` (${neededBytes} bytes are needed)` : '';
  return new SyncError(`${label}: cannot ${what} ${where}: ${advice}${need}`, { kind, reason, path, cause: error });
}

/** Runs the operation; what it throws is explained. */
export async function explained<Value>(operation: FailedOperation, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw explainFileError(error, operation);
  }
}

/** Whether it is one of these system errors. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}

/** For results where "it is not there" is an answer: neither the thing nor, perhaps, the folders above it. */
export function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT', 'ENOTDIR');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
}
