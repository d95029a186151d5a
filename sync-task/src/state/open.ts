/** Opens the state behind a URL. Each database is loaded only when used: a SQLite job does not load pg. */
import { SyncError } from '../base/errors.ts';
import { realWorld } from '../base/world.ts';
import type { Database } from './sql/database.ts';
import { hasTables, migrate } from './sql/migrate.ts';
import { releaseAll } from './sql/operations/leases.ts';
import { sqlState } from './sql/sql-state.ts';
import type { State } from './state.ts';

export interface Waiting {
  /** How long to wait for another process to close a SQLite state. */
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Called once where it waits. The message names the other process. */
  report(message: string): void;
}

const WAIT_STEP_MS = 250;

/** `postgres://…` or `sqlite:path`, `sqlite:///absolute/path`. Opening brings the tables up to date. */
export async function openState(
  url: string,
  password: string | undefined,
  applicationName: string,
  waiting?: Waiting,
): Promise<State> {
  return sqlState(await openTables(url, password, applicationName, waiting));
}

/** Like `openState`, for code that moves whole tables. */
export async function openTables(
  url: string,
  password: string | undefined,
  applicationName: string,
  waiting?: Waiting,
): Promise<Database> {
  const database = await waitFor(() => openDatabase(url, password, applicationName), waiting);
  try {
    await migrate(database);
    // Every earlier process is dead: their leases end now, whatever the clock says.
    if (database.alone) await releaseAll(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens a state for reading while others work with it: writes, creates and migrates nothing. Undefined where there is no state, or
 * none of ours. Throws `usage` where its schema has another version.
 */
export async function openStateToRead(
  url: string,
  password: string | undefined,
  applicationName: string,
): Promise<State | undefined> {
  const database = await openReader(url, password, applicationName);
  if (!database) return undefined;
  try {
    if (await hasTables(database)) return readOnly(sqlState(database));
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  return undefined;
}

/** Whether this SQLite file knows a run or file of a pipeline with one of these names. Works with every schema version; writes nothing. */
export async function remembers(file: string, names: readonly string[]): Promise<boolean> {
  const database = await openReader(`sqlite:${file}`, undefined, '');
  if (!database) return false;
  try {
    const { rows, tables } = database.dialect;
    const [made] = await database.query(`SELECT 1 AS made FROM ${tables} WHERE name = 'migration'`);
    if (!made) return false;
    const [known] = await database.query(
      `SELECT 1 AS known FROM pipeline WHERE name IN (SELECT r.name FROM ${rows('$1', { name: 'text' })})
       AND (EXISTS (SELECT 1 FROM run WHERE run.pipeline_id = pipeline.id)
         OR EXISTS (SELECT 1 FROM file WHERE file.pipeline_id = pipeline.id))`,
      [JSON.stringify(names.map((name) => ({ name })))],
    );
    return known !== undefined;
  } finally {
    await database.close();
  }
}

/** An empty state in memory. */
export const emptyState = (): Promise<State> => openState('sqlite::memory:', undefined, '');

/** The id of no pipeline. */
const NO_PIPELINE = 0;

function readOnly(state: State): State {
  return {
    ...state,
    pipeline: async (name) =>
      (await state.findPipeline(name)) ?? { id: NO_PIPELINE, name, source: undefined, target: undefined },
  };
}

async function waitFor(open: () => Promise<Database>, waiting: Waiting | undefined): Promise<Database> {
  const endMs = realWorld.monotonicMs() + (waiting?.ms ?? 0);
  for (let reported = false; ; ) {
    try {
      return await open();
    } catch (error) {
      const inUse = error instanceof SyncError && error.reason === 'state-in-use';
      const leftMs = endMs - realWorld.monotonicMs();
      if (!inUse || !waiting || leftMs <= 0) throw error;
      if (!reported) waiting.report(error.message);
      reported = true;
      await realWorld.sleep(Math.min(WAIT_STEP_MS, leftMs), waiting.signal);
    }
  }
}

async function openDatabase(url: string, password: string | undefined, applicationName: string): Promise<Database> {
  const file = fileOf(url);
  if (file === undefined) {
    const { postgresDatabase } = await import('./sql/postgres-database.ts');
    return postgresDatabase({ url, password, applicationName });
  }
  const { sqliteDatabase } = await import('./sql/sqlite-database.ts');
  return sqliteDatabase(file);
}

async function openReader(url: string, password: string | undefined, applicationName: string) {
  const file = fileOf(url);
  if (file === undefined) {
    const { postgresDatabase } = await import('./sql/postgres-database.ts');
    return postgresDatabase({ url, password, applicationName, readOnly: true });
  }
  const { sqliteReader } = await import('./sql/sqlite-database.ts');
  return sqliteReader(file);
}

/** The path of a SQLite URL; undefined for Postgres. Throws `usage` for anything else. */
export function fileOf(url: string): string | undefined {
  if (/^postgres(ql)?:\/\//.test(url)) return undefined;
  const sqlite = /^sqlite:(?:\/\/)?(.+)$/.exec(url);
  if (sqlite?.[1]) return sqlite[1];
  throw new SyncError(`--state is no postgres:// and no sqlite: URL`, { kind: 'usage', reason: 'bad-state-url' });
}
