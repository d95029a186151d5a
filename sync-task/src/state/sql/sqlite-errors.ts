/** Turns errors of SQLite into errors that say what to do. */
import { accessSync, constants } from 'node:fs';
import { SyncError } from '../../base/errors.ts';
import { whoHolds } from './sqlite-holder.ts';

/** Result codes of SQLite (sqlite.org/rescode.html); the low byte is the primary one. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;
const CORRUPT = 11;
const NOTADB = 26;

/** SQLite's codes for missing shared memory. */
const NO_SHARED_MEMORY: readonly unknown[] = [
  IOERR | (18 << 8),
  IOERR | (19 << 8),
  IOERR | (20 << 8),
  IOERR | (21 << 8),
];

export function lacksSharedMemory(error: unknown): boolean {
  return NO_SHARED_MEMORY.includes((error as { errcode?: number }).errcode);
}

/** SQLite reports an I/O error where a disk is mounted read-only. */
export function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function explained<T>(label: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyncError) throw error;
    const { code, errcode } = error as { code?: string; errcode?: number };
    const make = (kind: 'transient' | 'permission' | 'permanent', reason: string, message: string) =>
      new SyncError(`state ${label}: ${message}`, { kind, reason, cause: error });
    const primary = errcode === undefined ? code : errcode & 0xff;
    switch (primary === IOERR && !isWritable(file) ? READONLY : primary) {
      case BUSY:
      case LOCKED:
        throw make(
          'transient',
          'state-in-use',
          `${whoHolds(file)}, and SQLite serves one; run again when that has ended, wait for it (--wait 10m), or share a Postgres: --state postgres://user@host/database`,
        );
      case CORRUPT:
      case NOTADB:
        throw make(
          'permanent',
          'state-corrupt',
          'it is no intact SQLite database; move it away or restore it from a back-up',
        );
      case FULL:
      case 'ENOSPC':
      case 'EDQUOT':
        throw make('permanent', 'disk-full', 'its disk is full; free space there, then run again');
      case READONLY:
      case CANTOPEN:
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
      case 'ENOTDIR':
      case 'EEXIST':
        throw make(
          'permission',
          'state-rights',
          'it cannot be written to; check the folder, its rights and whether its disk is mounted read-only, or --state',
        );
      case IOERR:
        throw make(
          'permanent',
          'state-failure',
          `${(error as Error).message}: its disk fails, or a quota is used up; look at it, then run again`,
        );
      default:
        throw make('permanent', 'state-failure', (error as Error).message);
    }
  }
}
