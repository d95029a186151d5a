/** Keeping, giving back and cleaning up claims. */
import type { Database } from '../database.ts';
import type { AbandonedClaim } from '../state.ts';
import { dropKeys } from './keys.ts';

/** A lease that is over is prolonged too, as long as nobody else has taken the file: it is still the owner's. */
export async function renew(database: Database, owner: string, leaseMs: number): Promise<ReadonlySet<string>> {
  const { nowMs } = database.dialect;
  const held = await database.query(
    `UPDATE file SET lease_until_ms = ${nowMs} + $2 WHERE owner = $1 AND lease_until_ms > 0 RETURNING path`,
    [owner, leaseMs],
  );
  return new Set(held.map((row) => row['path']));
}

/** The leases end now, but the claims count as abandoned: whoever comes next looks for drafts. */
export async function release(database: Database, owner: string): Promise<void> {
  await database.query('UPDATE file SET lease_until_ms = 0 WHERE owner = $1', [owner]);
}

/**
 * Claims of one file that are looked at again, besides the newest: whoever claims it sweeps them all, so an older one was
 * swept that often. A file that fails for ever would have more of them every day.
 */
export const CLAIMS_LOOKED_AT = 20;

/** SQL: every claim since its file was last settled. Who settled it had swept what came before. */
export const unsettledClaims = `(
  SELECT event.pipeline_id, event.path, event.run_id, event.token FROM event
  WHERE event.event = 'claimed' AND NOT EXISTS (
    SELECT 1 FROM event AS later
    WHERE later.pipeline_id = event.pipeline_id AND later.path = event.path AND later.token >= event.token
      AND later.event IN ('copied', 'adopted', 'unchanged'))
) AS claims`;

/** A run that is this old and did not end is not gone on with. */
const OVER_MS = 7 * 24 * 3600 * 1000;

export async function abandoned(
  database: Database,
  pipelineId: number,
  limit: number,
  which: 'all' | 'ended' = 'all',
): Promise<readonly AbandonedClaim[]> {
  const { nowMs } = database.dialect;
  const ended = `AND NOT EXISTS (
    SELECT 1 FROM run WHERE run.id = file.claim_run AND run.finished_ms IS NULL AND run.created_ms > ${nowMs} - ${OVER_MS})`;
  // By owner, and not by pipeline: SQLite would walk all files of the pipeline, where few have an owner.
  const rows = await database.query(
    `SELECT claims.path, claims.run_id, claims.token, left_over.intent, entry.chain
     FROM (SELECT pipeline_id, path, token, intent FROM file
           WHERE pipeline_id + 0 = $1 AND owner > '' AND lease_until_ms <= ${nowMs} ${which === 'ended' ? ended : ''} LIMIT $2) AS left_over
     JOIN ${unsettledClaims} ON claims.pipeline_id = left_over.pipeline_id AND claims.path = left_over.path AND claims.token <= left_over.token
       AND claims.token > left_over.token - ${CLAIMS_LOOKED_AT}
     LEFT JOIN entry ON entry.run_id = claims.run_id AND entry.path = claims.path`,
    [pipelineId, limit],
  );
  return rows.map(({ path, run_id: run, token, intent, chain }) => ({
    path,
    run,
    token,
    ...(intent === null ? {} : { intent: JSON.parse(intent) }),
    ...(chain === null ? {} : { chain }),
  }));
}

export async function clearAbandoned(
  database: Database,
  pipelineId: number,
  claims: readonly AbandonedClaim[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    const cleared = await transaction.query(
      `UPDATE file SET owner = NULL, lease_until_ms = 0, intent = NULL
       FROM ${database.dialect.rows('$1', { pipelineId: 'bigint', path: 'text', token: 'bigint' })}
       WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token
       RETURNING file.path, file.token`,
      [JSON.stringify(claims.map(({ path, token }) => ({ pipelineId, path, token })))],
    );
    const rows = cleared.map((row) => ({ path: row['path'], token: row['token'] }));
    if (rows.length > 0) await dropKeys(transaction, pipelineId, rows);
  });
}
