/**
 * Which process holds a SQLite state, for as long as it lives. The proof is an operating system's lock on a file beside the
 * state: it ends with the process, however that dies, and leaves the state open to readers. A second file says who it is, for
 * people.
 */
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SyncError } from '../../base/errors.ts';

/** A reader holds the lock only for an instant. */
const LOCK_TIMEOUT_MS = 50;

/** The real path, created where missing, so that two names (a link to the file or its folder) mean one lock. */
export function realFile(path: string): string {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '', { flag: 'a' });
  const real = realpathSync(file);
  if (statSync(real).nlink > 1) {
    throw misplaced(
      real,
      'it has several names (hard links), and what SQLite writes beside it goes by the name; keep one',
    );
  }
  if (isMountedAlone(real)) {
    throw misplaced(
      real,
      'it is mounted without its folder, and what SQLite writes beside it would be lost; mount the folder',
    );
  }
  return real;
}

/** Takes the lock until it is disposed of. Throws SQLite's own error where another process has it. */
export function takeLock(file: string): Disposable {
  const lock = new DatabaseSync(lockOf(file), { timeout: LOCK_TIMEOUT_MS });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw error;
  }
  tellHolder(file);
  return {
    [Symbol.dispose]() {
      rmSync(holderOf(file), { force: true });
      lock.close();
    },
  };
}

/** In words, as far as known. */
export function whoHolds(file: string): string {
  const holder = holderOfFile(file);
  if (!holder) return 'another process has it open';
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  return `process ${holder.pid}${where} has it open since ${holder.since}`;
}

/**
 * Whether a process on another machine holds it: readers share memory with the writer, which works on one machine only. False
 * where that process has ended.
 */
export function isHeldElsewhere(file: string): boolean {
  const holder = holderOfFile(file);
  if (!holder || holder.machine === machine()) return false;
  try {
    using lock = new DatabaseSync(lockOf(file), { readOnly: true });
    lock.exec('BEGIN; SELECT count(*) FROM sqlite_schema; ROLLBACK');
    return false;
  } catch {
    return true;
  }
}

interface Holder {
  readonly pid: number;
  readonly since: string;
  readonly host: string;
  readonly machine: string;
}

const lockOf = (file: string): string => `${file}-lock`;
const holderOf = (file: string): string => `${file}-holder`;

/** A hint only: the lock alone decides. */
function tellHolder(file: string): void {
  const holder: Holder = { pid: process.pid, since: new Date().toISOString(), host: hostname(), machine: machine() };
  try {
    writeFileSync(holderOf(file), JSON.stringify(holder));
  } catch {
    // Then the error cannot name the holder.
  }
}

function holderOfFile(file: string): Holder | undefined {
  try {
    const { pid, since, host, machine: where } = JSON.parse(readFileSync(holderOf(file), 'utf8'));
    return {
      pid: Number(pid),
      since: new Date(since).toISOString(),
      host: String(host ?? hostname()),
      machine: String(where),
    };
  } catch {
    return undefined;
  }
}

/** One value for each running kernel: containers on one machine share memory, whatever their host names are. */
function machine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}

/** Linux writes a blank in a path as `\040`. */
function isMountedAlone(file: string): boolean {
  try {
    const place = file
      .replaceAll('\\', '\\134')
      .replaceAll(' ', '\\040')
      .replaceAll('\t', '\\011')
      .replaceAll('\n', '\\012');
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .some((line) => line.split(' ')[4] === place);
  } catch {
    return false;
  }
}

function misplaced(file: string, why: string): SyncError {
  return new SyncError(`state sqlite:${file}: ${why}`, { kind: 'usage', reason: 'state-misplaced' });
}
