/**
 * Writes everything that the state knows about a pipeline as lines of JSON: a header, pages of rows, and a last line with their
 * number, which proves to an import that nothing is missing. Holds one page at a time.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { SyncError } from '../../../base/errors.ts';
import type { Database, Parameter, Row } from '../database.ts';
import { newestMigration } from '../migrate.ts';
import { leased } from '../operations/leases.ts';
import { isKey } from '../path-keys.ts';
import { FORM, type Header, holder, keys, type MovedTable, ofPipeline, ofRun, run } from './tables.ts';

const ROWS_AT_ONCE = 500;

/** Returns the number of rows. Throws `usage` where there is no such pipeline, `transient` where a worker holds one of its files. */
export async function exportPipeline(database: Database, name: string, file: string): Promise<number> {
  const [pipeline] = await database.query('SELECT id, source_place, target_place FROM pipeline WHERE name = $1', [
    name,
  ]);
  if (!pipeline) {
    throw new SyncError(`${database.label} knows no pipeline ${name}: check --pipeline and --state`, {
      kind: 'usage',
      reason: 'no-such-pipeline',
    });
  }
  const id: number = pipeline['id'];
  const before = await standing(database, id, name);
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await openFile(temporary, file);
  try {
    const { source_place: source, target_place: target } = pipeline;
    const header: Header = { syncTaskState: FORM, schema: newestMigration, pipeline: name, source, target };
    await writeLine(handle, header);
    const rows = await writeRows(database, handle, id);
    if ((await standing(database, id, name)) !== before) throw inWork(name);
    await writeLine(handle, { rows });
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
    return rows;
  } catch (error) {
    await handle.close().catch(() => undefined); // what went wrong first counts
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeRows(database: Database, handle: FileHandle, id: number): Promise<number> {
  let written = 0;
  async function pages(table: MovedTable, of: Parameter, behind?: (row: Row) => Promise<void>): Promise<void> {
    for await (const page of pagesOf(database, table, of)) {
      const long = await longPathsOf(database, table, page);
      if (long.length > 0) await writeLine(handle, { table: 'long_path', rows: long });
      // Rows that belong to a row follow it directly.
      for (const rows of behind ? page.map((row) => [row]) : [page]) {
        await writeLine(handle, { table: table.name, rows: rows.map((row) => only(row, table)) });
        written += rows.length;
        if (behind && rows[0]) await behind(rows[0]);
      }
    }
  }
  await pages(run, id, async (row) => {
    for (const table of ofRun) await pages(table, row['id']);
  });
  for (const table of ofPipeline) await pages(table, id);
  await pages(holder, id, (row) => pages(keys, row['id']));
  return written;
}

async function* pagesOf(database: Database, { name, key, of }: MovedTable, owner: Parameter): AsyncGenerator<Row[]> {
  const order = key.join(', ');
  const behind = `(${order}) > (${key.map((_, index) => `$${index + 3}`).join(', ')})`;
  let last: readonly Parameter[] | undefined;
  for (;;) {
    const page = await database.query(
      `SELECT * FROM ${name} WHERE ${of} = $1 ${last ? `AND ${behind}` : ''} ORDER BY ${order} LIMIT $2`,
      [owner, ROWS_AT_ONCE, ...(last ?? [])],
    );
    if (page.length > 0) yield page;
    const end = page.at(-1);
    if (!end || page.length < ROWS_AT_ONCE) return;
    last = key.map((column) => end[column]);
  }
}

async function longPathsOf(database: Database, { paths }: MovedTable, page: readonly Row[]): Promise<Row[]> {
  const long = new Set(page.flatMap((row) => paths.map((column) => row[column])).filter((path) => path && isKey(path)));
  if (long.size === 0) return [];
  return database.query(
    `SELECT long_path.key, long_path.path FROM ${database.dialect.rows('$1', { key: 'text' })} JOIN long_path ON long_path.key = r.key`,
    [JSON.stringify([...long].map((key) => ({ key })))],
  );
}

function only(row: Row, { columns }: MovedTable): Row {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, row[column]]));
}

/** Changes whenever the pipeline changes. */
async function standing({ dialect, query }: Database, id: number, name: string): Promise<string> {
  const [row] = await query(
    `SELECT (SELECT max(id) FROM event WHERE pipeline_id = $1) AS event,
            (SELECT count(*) FROM run WHERE pipeline_id = $1) AS runs,
            (SELECT max(finished_ms) FROM run WHERE pipeline_id = $1) AS finished,
            EXISTS (SELECT 1 FROM file WHERE pipeline_id = $1 AND owner > '' AND ${leased(dialect.nowMs)}) AS held`,
    [id],
  );
  if (row?.['held']) throw inWork(name);
  return JSON.stringify(row);
}

function inWork(name: string): SyncError {
  return new SyncError(`pipeline ${name}: somebody works in it; run this again when that has ended`, {
    kind: 'transient',
    reason: 'lease-held',
  });
}

async function openFile(temporary: string, file: string): Promise<FileHandle> {
  try {
    return await open(temporary, 'w', 0o600);
  } catch (error) {
    const message = `--file: ${file} cannot be written (${(error as NodeJS.ErrnoException).code}); check the folder`;
    throw new SyncError(message, { kind: 'usage', reason: 'bad-option', cause: error });
  }
}

async function writeLine(handle: FileHandle, line: unknown): Promise<void> {
  await handle.writeFile(`${JSON.stringify(line)}\n`);
}
