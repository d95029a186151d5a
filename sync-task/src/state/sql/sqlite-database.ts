/**
 * SQLite through Node's own `node:sqlite`: one file, one process that writes (`sqlite-holder.ts`), and any number of readers
 * beside it.
 */
import { existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { SyncError } from '../../base/errors.ts';
import { type Database, type Dialect, type Parameter, type Query, type Row, storable } from './database.ts';
import { explained, isWritable, lacksSharedMemory } from './sqlite-errors.ts';
import { isHeldElsewhere, realFile, takeLock, whoHolds } from './sqlite-holder.ts';

const machineTime: Dialect = {
  nowMs: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  rows: (parameter, columns) =>
    `(SELECT ${Object.keys(columns)
      .map((name) => `value->>'${name}' AS "${name}"`)
      .join(', ')} FROM json_each(${parameter})) AS r`,
  list: (...columns) => `json_group_array(json_array(${columns.join(', ')}))`,
  // One process and one transaction at a time: nobody waits.
  lockSkipping: () => '',
  lockShared: '',
  lockAgainstOthers: '',
  tables: '(SELECT name FROM sqlite_schema)',
  types: { identity: 'INTEGER PRIMARY KEY', path: 'TEXT' },
};

export interface SqliteOptions {
  /** The time; SQLite reads the machine's clock where this is absent. */
  nowMs?(): number;
}

/** A reader blocks a writer only for an instant: while it recovers the log of a dead process. */
const BUSY_TIMEOUT_MS = 2000;

/** Opens the file, or creates it with its folder. Throws `transient` where another process has it open. */
export function sqliteDatabase(path: string, { nowMs }: SqliteOptions = {}): Database {
  const label = `sqlite:${path}`;
  const dialect: Dialect = nowMs ? { ...machineTime, nowMs: 'now_ms()' } : machineTime;
  if (path === ':memory:')
    return databaseOf(openFile(path, 'NORMAL', nowMs), { label, file: path, dialect, alone: true });
  const file = explained(label, path, () => realFile(path));
  return explained(label, file, () => {
    const lock = takeLock(file);
    try {
      return databaseOf(openWriter(file, nowMs), { label, file, dialect, alone: true, lock });
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  });
}

/**
 * For reading while another process has it open, or where nobody can write. Undefined where there is no file. Throws `transient`
 * where another machine has it open.
 */
export function sqliteReader(path: string): Database | undefined {
  const label = `sqlite:${path}`;
  if (!existsSync(path)) return undefined;
  const file = explained(label, path, () => realpathSync(path));
  if (isHeldElsewhere(file)) {
    const message = `state ${label}: ${whoHolds(file)}, and SQLite is read on the same machine alone; look there, or share a Postgres`;
    throw new SyncError(message, { kind: 'transient', reason: 'state-in-use' });
  }
  return explained(label, file, () => {
    const connection = openReader(file);
    return databaseOf(connection, { label, file, dialect: machineTime, alone: false });
  });
}

/**
 * Renames a SQLite state that no process has open. Throws `transient` where one has it open or reads it, `usage` where the new
 * name is taken.
 */
export function moveSqlite(from: string, to: string): void {
  explained(`sqlite:${from}`, from, () => {
    const file = realFile(from);
    using _ = takeLock(file);
    // The last one to close it moves the log into the file.
    openWriter(file, undefined).close();
    if (existsSync(`${file}-wal`)) {
      const message = `state sqlite:${from}: another process looks at it; run again when that has ended`;
      throw new SyncError(message, { kind: 'transient', reason: 'state-in-use' });
    }
    const target = realFile(to);
    using __ = takeLock(target);
    if (statSync(target).size > 0) {
      throw new SyncError(`state sqlite:${to}: there is one already; move it away, or choose another --pipeline`, {
        kind: 'usage',
        reason: 'pipeline-in-use',
      });
    }
    renameSync(file, target);
  });
}

function openReader(file: string): DatabaseSync {
  const open = (name: string) => {
    const opened = new DatabaseSync(name, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
    try {
      opened.exec('PRAGMA temp_store = MEMORY; SELECT count(*) FROM sqlite_schema');
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };
  try {
    return open(file);
  } catch (error) {
    // Nobody can write in a read-only folder: without a log, the file is complete.
    if (existsSync(`${file}-wal`) || isWritable(dirname(file))) throw error;
    return open(`${pathToFileURL(file)}?immutable=1`);
  }
}

/** Readers need shared memory, which some file systems lack. There the file is for this process alone. */
function openWriter(file: string, nowMs: SqliteOptions['nowMs']): DatabaseSync {
  try {
    return openFile(file, 'NORMAL', nowMs);
  } catch (error) {
    if (!lacksSharedMemory(error)) throw error;
    return openFile(file, 'EXCLUSIVE', nowMs);
  }
}

function openFile(file: string, locking: 'NORMAL' | 'EXCLUSIVE', nowMs: SqliteOptions['nowMs']): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    opened.exec(`PRAGMA locking_mode = ${locking}`);
    opened.exec('PRAGMA journal_mode = WAL');
    // A commit need not wait for the disk: after a power loss, published files are recognised as such.
    opened.exec('PRAGMA synchronous = NORMAL');
    opened.exec('PRAGMA foreign_keys = ON');
    // In memory: a container with a read-only root has no /tmp to write to.
    opened.exec('PRAGMA temp_store = MEMORY');
    if (nowMs) opened.function('now_ms', nowMs);
    opened.exec('BEGIN IMMEDIATE');
    opened.exec('COMMIT');
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

interface Opened extends Pick<Database, 'label' | 'dialect' | 'alone'> {
  readonly file: string;
  readonly lock?: Disposable;
}

function databaseOf(connection: DatabaseSync, { label, file, dialect, alone, lock }: Opened): Database {
  const prepared = new Map<string, StatementSync>();
  /** The connection has one transaction at a time, so each waits for the last. */
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
        // SQLite has rolled back some failures (a full disk) itself.
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
    alone,
    async close() {
      await last;
      connection.close();
      lock?.[Symbol.dispose]();
    },
  };
}
