/** Reads what `export-pipeline.ts` wrote, in one transaction: all of it or nothing. */
import { type FileHandle, open } from 'node:fs/promises';
import { SyncError } from '../../../base/errors.ts';
import type { Database, Query, Row } from '../database.ts';
import { newestMigration } from '../migrate.ts';
import { FORM, type Header, holder, keys, longPath, type MovedTable, ofPipeline, ofRun, run } from './tables.ts';

const tables: ReadonlyMap<string, MovedTable> = new Map(
  [run, ...ofRun, ...ofPipeline, holder, keys, longPath].map((table) => [table.name, table]),
);

/** Reads the header. Throws `usage` where the file is no export, or one of another version. */
export async function readHeader(file: string): Promise<Header> {
  const handle = await openFile(file);
  for await (const line of handle.readLines()) {
    const header = parsed(line, file) as Partial<Header>;
    if (typeof header.pipeline !== 'string' || header.syncTaskState !== FORM) break;
    if (header.schema === newestMigration) return header as Header;
    throw bad(
      file,
      `its tables are at ${header.schema}, this program's at ${newestMigration}: export it with the same version`,
    );
  }
  throw bad(file, 'it was not made by sync-task state export');
}

/** Returns the number of rows. Throws `usage` where the pipeline exists, or one of its runs in another pipeline. */
export function importPipeline(database: Database, name: string, header: Header, file: string): Promise<number> {
  // Postgres may run this again: it reads the file anew then.
  return database.transaction(async (transaction) => {
    const id = await newPipeline(transaction, database.label, name, header);
    const handle = await openFile(file);
    const of: Record<MovedTable['of'], string | number> = { pipeline_id: id, run_id: '', holder: 0 };
    let written = 0;
    let isFirst = true;
    for await (const line of handle.readLines()) {
      const { table: named, rows } = parsed(line, file) as { table?: string; rows?: number | Row[] };
      if (isFirst) {
        isFirst = false;
        continue;
      }
      if (typeof rows === 'number') {
        if (rows === written) return written;
        break;
      }
      const table = tables.get(named ?? '');
      if (!table || !Array.isArray(rows)) throw bad(file, 'a line of it is none of an export');
      if (table === longPath) await insert(transaction, table, rows, {}, 'ON CONFLICT (key) DO NOTHING');
      else {
        if (table === run) of.run_id = await newRun(transaction, rows, name);
        if (table === holder) of.holder = await newHolder(transaction, id, rows[0] ?? {});
        else await insert(transaction, table, rows, { [table.of]: of[table.of] });
        written += rows.length;
      }
    }
    throw bad(file, 'its end is missing; export it again');
  });
}

async function newPipeline({ query }: Query, label: string, name: string, { source, target }: Header): Promise<number> {
  const used = await query(
    `SELECT 1 AS used FROM pipeline WHERE name = $1
     AND (EXISTS (SELECT 1 FROM run WHERE run.pipeline_id = pipeline.id)
       OR EXISTS (SELECT 1 FROM file WHERE file.pipeline_id = pipeline.id))`,
    [name],
  );
  if (used.length > 0) {
    const message = `${label}: pipeline ${name} has a history there, which an import would replace: choose another --pipeline or --state`;
    throw new SyncError(message, { kind: 'usage', reason: 'pipeline-in-use' });
  }
  await query('DELETE FROM pipeline WHERE name = $1', [name]);
  const [made] = await query(
    'INSERT INTO pipeline (name, source_place, target_place) VALUES ($1, $2, $3) RETURNING id',
    [name, source, target],
  );
  return made?.['id'];
}

async function newRun({ query }: Query, [row]: readonly Row[], name: string): Promise<string> {
  const id = String(row?.['id']);
  const [other] = await query(
    'SELECT pipeline.name FROM run JOIN pipeline ON pipeline.id = run.pipeline_id WHERE run.id = $1',
    [id],
  );
  if (!other) return id;
  const message = `run ${id} of pipeline ${name} has the name of one of pipeline ${other['name']}: prune one of them, or use another --state`;
  throw new SyncError(message, { kind: 'usage', reason: 'run-in-use' });
}

async function newHolder({ query }: Query, pipelineId: number, row: Row): Promise<number> {
  const [made] = await query(
    'INSERT INTO key_holder (pipeline_id, path, token, age, status) VALUES ($1, $2, $3, 0, $4) RETURNING id',
    [pipelineId, row['path'], row['token'], row['status']],
  );
  await query('UPDATE key_holder SET age = id WHERE id = $1', [made?.['id']]);
  return made?.['id'];
}

/** In the order of the rows: that numbers the events. */
async function insert(
  { query, dialect }: Query,
  { name, columns }: MovedTable,
  rows: readonly Row[],
  owner: Readonly<Record<string, string | number>>,
  conflict = '',
): Promise<void> {
  const [of] = Object.entries(owner);
  const into = [...Object.keys(columns), ...(of ? [of[0]] : [])];
  const from = [...Object.keys(columns).map((column) => `r."${column}"`), ...(of ? ['$2'] : [])];
  const numbered = rows.map((row, position) => ({ ...row, position }));
  const source = dialect.rows('$1', { ...columns, position: 'bigint' });
  await query(
    `INSERT INTO ${name} (${into.join(', ')}) SELECT ${from.join(', ')} FROM ${source} WHERE true ORDER BY r.position ${conflict}`,
    [JSON.stringify(numbered), ...(of ? [of[1]] : [])],
  );
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw bad(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parsed(line: string, file: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw bad(file, 'a line of it is cut or no JSON; export it again');
  }
}

function bad(file: string, why: string): SyncError {
  return new SyncError(`--file: ${file}: ${why}`, { kind: 'usage', reason: 'bad-export' });
}
