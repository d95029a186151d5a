/** Reading runs, batches and entries back. */
import type { EntryStatus, RunStatus } from '../../../base/model.ts';
import type { BatchRecord, EntryCounts, EntryFilter, EntryRecord, FileInRun, RunRecord, RunWork } from '../../state.ts';
import type { Database, Row } from '../database.ts';
import { leased } from './leases.ts';
import { mayBeToDo } from './to-do.ts';

const runColumns =
  'run.id, pipeline.name AS pipeline, status, created_ms, finished_ms, listed, unchanged, excluded, details';

function runRecord(row: Row): RunRecord {
  const listed: number | null = row['listed'];
  return {
    id: row['id'],
    pipeline: row['pipeline'],
    status: row['status'],
    createdMs: row['created_ms'],
    finishedMs: row['finished_ms'] ?? undefined,
    listing: listed === null ? undefined : { listed, unchanged: row['unchanged'], excluded: row['excluded'] },
    details: JSON.parse(row['details']),
  };
}

export async function run(database: Database, id: string): Promise<RunRecord | undefined> {
  const [row] = await database.query(
    `SELECT ${runColumns} FROM run JOIN pipeline ON pipeline.id = run.pipeline_id WHERE run.id = $1`,
    [id],
  );
  return row && runRecord(row);
}

export async function runs(database: Database, pipelineId: number, limit: number): Promise<readonly RunRecord[]> {
  const rows = await database.query(
    `SELECT ${runColumns} FROM run JOIN pipeline ON pipeline.id = run.pipeline_id
     WHERE run.pipeline_id = $1 ORDER BY created_ms DESC, run.id DESC LIMIT $2`,
    [pipelineId, limit],
  );
  return rows.map(runRecord);
}

export async function batches(database: Database, id: string, number?: number): Promise<readonly BatchRecord[]> {
  // Asked batch by batch: without statistics Postgres would join all batches with all entries.
  const any = (condition: string) => `EXISTS (SELECT 1 FROM entry WHERE entry.run_id = batch.run_id
    AND entry.number BETWEEN batch.first_entry AND batch.last_entry AND ${condition})`;
  const rows = await database.query(
    `SELECT number, files, bytes,
            CASE WHEN ${any(`${mayBeToDo} AND entry.status = 'planned'`)} THEN 'planned'
              WHEN NOT ${any(`${mayBeToDo} AND entry.status <> 'planned'`)} THEN 'done'
              WHEN ${any("entry.status IN ('copied', 'adopted', 'unchanged', 'deferred')")} THEN 'partial' ELSE 'failed' END AS status
     FROM batch WHERE run_id = $1 AND ${number === undefined ? 'CAST($2 AS BIGINT) IS NULL' : 'number = $2'} ORDER BY number`,
    [id, number ?? null],
  );
  return rows.map((row) => ({
    number: row['number'],
    files: row['files'],
    bytes: row['bytes'],
    status: row['status'],
  }));
}

/** SQL for "in batch `$2`"; without one `$2` is null and every entry counts. Two texts, so that each finds its index. */
function inBatch(batch: number | undefined): string {
  if (batch === undefined) return 'CAST($2 AS BIGINT) IS NULL';
  const end = (which: 'first' | 'last') => `(SELECT ${which}_entry FROM batch WHERE run_id = $1 AND number = $2)`;
  return `number BETWEEN ${end('first')} AND ${end('last')}`;
}

const everyStatus: readonly EntryStatus[] = [
  'planned',
  'copied',
  'adopted',
  'unchanged',
  'deferred',
  'refused',
  'failed',
  'skipped',
];

/** Adds up row by row: to group the rows, SQLite would sort them in memory. */
export async function countEntries(database: Database, id: string, batch?: number): Promise<EntryCounts> {
  const sums = everyStatus.map((status) => `count(CASE WHEN status = '${status}' THEN 1 END) AS ${status}`);
  const [row] = await database.query(`SELECT ${sums.join(', ')} FROM entry WHERE run_id = $1 AND ${inBatch(batch)}`, [
    id,
    batch ?? null,
  ]);
  return { ...row } as EntryCounts; // an aggregate has one row
}

export async function runWork(database: Database, id: string): Promise<RunWork> {
  const [counts, [row]] = await Promise.all([
    countEntries(database, id),
    database.query(
      `SELECT (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM entry WHERE run_id = $1 AND status = 'copied') AS bytes,
              (SELECT count(*) FROM file WHERE owner > '' AND lease_until_ms > 0 AND ${leased(database.dialect.nowMs)}
                 AND claim_run = $1) AS held`,
      [id],
    ),
  ]);
  return { counts, copiedBytes: row?.['bytes'], held: row?.['held'] };
}

export async function fileInRuns(
  database: Database,
  pipelineId: number,
  path: string,
  limit: number,
): Promise<readonly FileInRun[]> {
  const rows = await database.query(
    `SELECT newest.id, newest.created_ms, newest.details, entry.status, entry.reason, entry.message, entry.size
     FROM (SELECT id, created_ms, details FROM run WHERE pipeline_id = $1 AND listed IS NOT NULL AND status <> 'refused'
           ORDER BY created_ms DESC, id DESC LIMIT $3) AS newest
     LEFT JOIN entry ON entry.run_id = newest.id AND entry.path = $2 ORDER BY newest.created_ms DESC, newest.id DESC`,
    [pipelineId, path, limit],
  );
  return rows.map(({ id, created_ms: createdMs, details, ...entry }) => ({
    run: id,
    createdMs,
    details: JSON.parse(details),
    entry:
      entry['status'] === null
        ? undefined
        : { status: entry['status'], reason: entry['reason'], message: entry['message'], size: entry['size'] },
  }));
}

/** SQL: the number of an entry's batch. Ranges are in the order of their first entries: one look at an index. */
export const batchOf = (entry: string): string =>
  `(SELECT batch.number FROM batch WHERE batch.run_id = ${entry}.run_id AND batch.first_entry <= ${entry}.number
    ORDER BY batch.first_entry DESC LIMIT 1)`;

export async function entries(database: Database, id: string, filter: EntryFilter): Promise<readonly EntryRecord[]> {
  const wanted = filter.statuses.map((status) => ({ status }));
  const rows = await database.query(
    `SELECT entry.*, ${batchOf('entry')} AS batch
     FROM entry WHERE run_id = $1 AND ${inBatch(filter.batch)}
       AND status IN (SELECT r.status FROM ${database.dialect.rows('$3', { status: 'text' })})
     ORDER BY path LIMIT $4`,
    [id, filter.batch ?? null, JSON.stringify(wanted), filter.limit],
  );
  return rows.map(entryRecord);
}

export function entryRecord(row: Row): EntryRecord {
  return {
    path: row['path'],
    size: row['size'],
    mtimeMs: row['mtime_ms'],
    chain: row['chain'],
    status: row['status'],
    kind: row['kind'] ?? undefined,
    reason: row['reason'],
    message: row['message'],
    batch: row['batch'] ?? undefined,
  };
}

export async function finishRun(database: Database, id: string, status: RunStatus, details: unknown): Promise<void> {
  await database.query(
    `UPDATE run SET status = $2, finished_ms = ${database.dialect.nowMs}, details = $3 WHERE id = $1`,
    [id, status, JSON.stringify(details ?? null)],
  );
}
