/** Forgetting what happened long ago. What was published last, for each file, is not among it. */
import type { Database } from '../database.ts';
import type { Pruned } from '../state.ts';
import { leased } from './leases.ts';

/** Rows removed in one transaction: claims beside it never wait long. */
const ROWS_AT_ONCE = 10_000;

export async function prune(database: Database, pipelineId: number, keepMs: number): Promise<Pruned> {
  const { nowMs } = database.dialect;
  const runs = await database.query(
    `SELECT id FROM run WHERE pipeline_id = $1 AND coalesce(finished_ms, created_ms) < ${nowMs} - $2
       AND NOT EXISTS (SELECT 1 FROM file WHERE file.owner > '' AND file.claim_run = run.id AND ${leased(nowMs)})`,
    [pipelineId, keepMs],
  );
  for (const { id } of runs) await pruneRun(database, id);
  const events = await deleteInParts(database, 'event', 'id', `pipeline_id = $1 AND at_ms < ${nowMs} - $2`, [
    pipelineId,
    keepMs,
  ]);
  return { runs: runs.length, events };
}

async function pruneRun(database: Database, id: string): Promise<void> {
  await deleteInParts(database, 'entry', 'path', 'run_id = $1', [id]);
  await database.transaction(async (transaction) => {
    for (const table of ['entry', 'batch', 'run_folder']) {
      await transaction.query(`DELETE FROM ${table} WHERE run_id = $1`, [id]);
    }
    await transaction.query('DELETE FROM run WHERE id = $1', [id]);
  });
}

/** How many were deleted. `key` tells rows apart among those that the condition chooses. */
async function deleteInParts(
  database: Database,
  table: string,
  key: string,
  condition: string,
  parameters: readonly (string | number)[],
): Promise<number> {
  for (let deleted = 0; ; ) {
    const rows = await database.query(
      `DELETE FROM ${table} WHERE ${condition} AND ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${ROWS_AT_ONCE})
       RETURNING 1 AS gone`,
      parameters,
    );
    deleted += rows.length;
    if (rows.length < ROWS_AT_ONCE) return deleted;
  }
}
