/** Keeping, giving back and cleaning up claims. */
import type { Database } from '../database.ts';
import type { AbandonedClaim } from '../state.ts';

export async function renew(database: Database, owner: string, leaseMs: number): Promise<void> {
  const { nowMs } = database.dialect;
  await database.query(`UPDATE file SET lease_until_ms = ${nowMs} + $2 WHERE owner = $1 AND lease_until_ms > 0`, [
    owner,
    leaseMs,
  ]);
}

/** The leases end now, but the claims count as abandoned: whoever comes next looks for drafts. */
export async function release(database: Database, owner: string): Promise<void> {
  await database.query('UPDATE file SET lease_until_ms = 0 WHERE owner = $1', [owner]);
}

export async function abandoned(
  database: Database,
  pipelineId: number,
  limit: number,
): Promise<readonly AbandonedClaim[]> {
  // By owner, and not by pipeline: SQLite would walk all files of the pipeline, where few have an owner.
  const rows = await database.query(
    `SELECT path, claim_run, token, intent FROM file
     WHERE pipeline_id + 0 = $1 AND owner > '' AND lease_until_ms <= ${database.dialect.nowMs} LIMIT $2`,
    [pipelineId, limit],
  );
  return rows.map(({ path, claim_run: run, token, intent }) => ({
    path,
    run,
    token,
    intent: intent === null ? undefined : JSON.parse(intent),
  }));
}

export async function clearAbandoned(
  database: Database,
  pipelineId: number,
  claims: readonly AbandonedClaim[],
): Promise<void> {
  await database.query(
    `UPDATE file SET owner = NULL, lease_until_ms = 0, intent = NULL
     FROM ${database.dialect.rows('$1', { pipelineId: 'bigint', path: 'text', token: 'bigint' })}
     WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token`,
    [JSON.stringify(claims.map(({ path, token }) => ({ pipelineId, path, token })))],
  );
}
