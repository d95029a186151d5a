/**
 * Workers that were silent until somebody else took their files. Most are dead. One that was only frozen may wake, make a draft,
 * and be killed then. Its token is outdated, so nobody who claims the file looks for that draft.
 */

import type { AbandonedClaim } from '../../state.ts';
import type { Database, Query, Row } from '../database.ts';
import { leased } from './leases.ts';

/** Nobody stays frozen for longer. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

/** `found` are candidates as they were before they were taken. Claims that were released are left out. */
export async function rememberTakenOver(transaction: Query, pipelineId: number, found: readonly Row[]): Promise<void> {
  const silent = found.filter((entry) => entry['owner'] !== null && entry['lease_until_ms'] > 0);
  if (silent.length === 0) return;
  const rows = silent.map((entry) => ({ path: entry['path'], token: entry['token'], run: entry['claim_run'] }));
  await transaction.query(
    `INSERT INTO taken_over (pipeline_id, path, token, run_id, at_ms)
     SELECT $1, r.path, r.token, r.run, ${transaction.dialect.nowMs}
     FROM ${transaction.dialect.rows('$2', { path: 'text', token: 'bigint', run: 'text' })} WHERE true
     ON CONFLICT (pipeline_id, path, token) DO NOTHING`,
    [pipelineId, JSON.stringify(rows)],
  );
}

/** Those of the last days, without files under a live claim. Older ones are deleted. */
export async function takenOver(database: Database, pipelineId: number): Promise<readonly AbandonedClaim[]> {
  const { nowMs } = database.dialect;
  await database.query(`DELETE FROM taken_over WHERE pipeline_id = $1 AND at_ms < ${nowMs} - $2`, [
    pipelineId,
    KEEP_MS,
  ]);
  const rows = await database.query(
    `SELECT path, run_id, token FROM taken_over WHERE pipeline_id = $1 AND NOT EXISTS (
       SELECT 1 FROM file WHERE file.pipeline_id = taken_over.pipeline_id AND file.path = taken_over.path
         AND file.owner > '' AND ${leased(nowMs)})`,
    [pipelineId],
  );
  return rows.map((row) => ({ path: row['path'], run: row['run_id'], token: row['token'] }));
}
