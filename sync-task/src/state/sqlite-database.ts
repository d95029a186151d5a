/**
 * SQLite through Node's own `node:sqlite`: one file, one process. The file is locked for the life of the process by an
 * operating system's lock, which ends with it however it dies; a second process is told who has it, and of Postgres.
 */
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SyncError } from '../errors.ts';
import { type Database, type Dialect, type Parameter, type Query, type Row, storable } from './database.ts';

const machineTime: Dialect = {
  nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  rows: (parameter, columns) =>
    `(SELECT ${Object.keys(columns)
      .map((name) => `value->>'${name}' AS "${name}"`)
      .join(', ')} FROM json_each(${parameter})) AS r`,
  list: (...columns) => `json_group_array(json_array(${columns.join(', ')}))`,
  // One process, one transaction at a time: there is nobody to wait for.
  lockSkipping: () => '',
  lockShared: '',
  lockAgainstOthers: '',
  types: { identity: 'INTEGER PRIMARY KEY', path: 'TEXT' },
};

export interface SqliteOptions {
  /** The time; where it is not given, SQLite looks at the machine's clock. */
  nowMs?(): number;
}

/** Opens or makes the file and its folder. Throws `transient` where another process has it open. */
export function sqliteDatabase(path: string, { nowMs }: SqliteOptions = {}): Database {
  const label = `sqlite:${path}`;
  const inMemory = path === ':memory:';
  const file = inMemory ? path : resolve(path);
  const dialect: Dialect = nowMs ? { ...machineTime, nowMs: 'now_ms()' } : machineTime;
  const connection = explained(label, file, () => {
    if (!inMemory) mkdirSync(dirname(file), { recursive: true });
    const opened = new DatabaseSync(file, { timeout: 0 });
    try {
      opened.exec('PRAGMA locking_mode = EXCLUSIVE');
      opened.exec('PRAGMA journal_mode = WAL');
      // What was published is recognised after a power loss too, so a commit need not wait for the disk.
      opened.exec('PRAGMA synchronous = NORMAL');
      opened.exec('PRAGMA foreign_keys = ON');
      // Not in files: a container with a read-only root has no /tmp to write to.
      opened.exec('PRAGMA temp_store = MEMORY');
      if (nowMs) opened.function('now_ms', nowMs);
      opened.exec('BEGIN IMMEDIATE');
      opened.exec('COMMIT');
      if (!inMemory) tellHolder(file);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  });
  const prepared = new Map<string, StatementSync>();
  /** Transactions wait for each other: the connection has one. */
  let last: Promise<unknown> = Promise.resolve();

  function run(sql: string, parameters: readonly Parameter[]): Row[] {
    return explained(label, file, () => {
      let statement = prepared.get(sql);
      if (!statement) {
        statement = connection.prepare(sql);
        prepared.set(sql, statement);
      }
      const named = Object.fromEntries(storable(parameters).map((value, index) => [`$${index + 1}`, value]));
      return statement.all(named) as Row[];
    });
  }

  const query: Query = { dialect, query: async (sql, parameters = []) => run(sql, parameters) };

  function transaction<T>(work: (transaction: Query) => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      run('BEGIN IMMEDIATE', []);
      try {
        const done = await work(query);
        run('COMMIT', []);
        return done;
      } catch (error) {
        // Some failures (a full disk) have rolled it back already.
        if (connection.isTransaction) run('ROLLBACK', []);
        throw error;
      }
    });
    last = result.catch(() => undefined);
    return result;
  }

  return {
    label,
    dialect,
    query: (sql, parameters) => {
      const result = last.then(() => query.query(sql, parameters));
      last = result.catch(() => undefined);
      return result;
    },
    transaction,
    exclusively: transaction,
    alone: true,
    async close() {
      await last;
      if (!inMemory) rmSync(holderOf(file), { force: true });
      connection.close();
    },
  };
}

const holderOf = (file: string): string => `${file}-holder`;

/** For whoever finds the file locked. A hint alone: nothing depends on it. */
function tellHolder(file: string): void {
  try {
    writeFileSync(holderOf(file), JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  } catch {
    // Then nobody is told.
  }
}

/** In words, as far as it is known. */
function whoHolds(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(holderOf(file), 'utf8'));
    return `process ${Number(pid)} has it open since ${new Date(since).toISOString()}`;
  } catch {
    return 'another process has it open';
  }
}

/** Result codes of SQLite (sqlite.org/rescode.html); the low byte is the primary one. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;
const CORRUPT = 11;
const NOTADB = 26;

/** SQLite calls it an I/O error where a disk is mounted read-only. */
function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function explained<T>(label: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
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
          `${whoHolds(file)}, and SQLite serves one; run again when that has ended, or share a Postgres: --state postgres://user@host/database`,
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
