/** Forgets what happened long ago. Checkpoints stay. */

import type { Pruned } from '../../state.ts';
import type { Database, Parameter } from '../database.ts';
import { leased } from './leases.ts';

/** Rows removed in one transaction, so that concurrent claims never wait long. */
const ROWS_AT_ONCE = 10_000;

export async function prune(database: Database, pipelineId: number, keepMs: number): Promise<Pruned> {
  const { nowMs } = database.dialect;
  // Asks once for everything that is held, not once for each run.
  const runs = await database.query(
    `SELECT id FROM run WHERE pipeline_id = $1 AND coalesce(finished_ms, created_ms) < ${nowMs} - $2
       AND id NOT IN (SELECT file.claim_run FROM file WHERE file.owner > '' AND file.lease_until_ms > 0 AND ${leased(nowMs)})`,
    [pipelineId, keepMs],
  );
  for (const { id } of runs) await pruneRun(database, id);
  const [row] = await database.query(`SELECT ${nowMs} - $1 AS border`, [keepMs]);
  const events = await deleteInParts(database, {
    table: 'event',
    along: 'at_ms',
    condition: 'pipeline_id = $1 AND at_ms < $2',
    parameters: [pipelineId, row?.['border']],
    from: 0,
  });
  return { runs: runs.length, events };
}

async function pruneRun(database: Database, id: string): Promise<void> {
  const of = { along: 'path', condition: 'run_id = $1', parameters: [id], from: '' };
  await deleteInParts(database, { table: 'entry', ...of });
  await database.transaction(async (transaction) => {
    for (const table of ['entry', 'batch', 'run_folder']) {
      await transaction.query(`DELETE FROM ${table} WHERE run_id = $1`, [id]);
    }
    await transaction.query('DELETE FROM run WHERE id = $1', [id]);
  });
}

interface ToDelete {
  readonly table: string;
  /**
   * The next column of an index after those of the condition: each part ends where the next begins, so no row is walked twice.
   */
  readonly along: string;
  readonly condition: string;
  readonly parameters: readonly Parameter[];
  /** The least value of that column. */
  readonly from: Parameter;
}

/** Returns the number of rows. */
async function deleteInParts(
  database: Database,
  { table, along, condition, parameters, from }: ToDelete,
): Promise<number> {
  const [begin, end] = [`$${parameters.length + 1}`, `$${parameters.length + 2}`];
  for (let [deleted, next] = [0, from]; ; ) {
    const part = `SELECT ${along} FROM ${table} WHERE ${condition} AND ${along} >= ${begin} ORDER BY ${along} LIMIT ${ROWS_AT_ONCE}`;
    const [last] = await database.query(`SELECT max(part.${along}) AS found FROM (${part}) AS part`, [
      ...parameters,
      next,
    ]);
    const found: Parameter = last?.['found'] ?? null;
    if (found === null) return deleted;
    const gone = await database.query(
      `DELETE FROM ${table} WHERE ${condition} AND ${along} BETWEEN ${begin} AND ${end} RETURNING 1 AS gone`,
      [...parameters, next, found],
    );
    deleted += gone.length;
    next = found;
  }
}
