/**
 * Taking files. The candidates are read with their tokens, then taken only where the token is still the same: of any
 * number of processes that read the same candidate, one wins.
 */
import type { Database, Row } from '../database.ts';
import type { Claim, ClaimRequest } from '../state.ts';
import { addEvents } from './events.ts';

/** To do, for this owner: not settled, or settled badly by somebody before. */
const toDo = `(entry.status = 'planned' OR (entry.status IN ('failed', 'refused') AND entry.owner <> $4))`;

export async function claim(database: Database, request: ClaimRequest): Promise<readonly Claim[]> {
  const { pipelineId, run, batch, owner, leaseMs, limit } = request;
  const { dialect } = database;
  return database.transaction(async (transaction) => {
    const candidates = await transaction.query(
      `SELECT entry.path, entry.size, entry.mtime_ms, entry.chain, entry.plan_reason,
              coalesce(file.token, 0) AS token, file.owner, file.claim_run, file.intent,
              file.size AS published_size, file.mtime_ms AS published_mtime_ms, file.chain AS published_chain,
              file.target_size, file.digest
       FROM batch JOIN entry ON entry.run_id = batch.run_id AND entry.number BETWEEN batch.first_entry AND batch.last_entry
       LEFT JOIN file ON file.pipeline_id = $1 AND file.path = entry.path
       WHERE batch.run_id = $2 AND batch.number = $3 AND ${toDo}
         AND (file.owner IS NULL OR file.lease_until_ms <= ${dialect.nowMs})
       ORDER BY entry.number LIMIT $5 ${dialect.lockSkipping('entry')}`,
      [pipelineId, run, batch, owner, limit],
    );
    if (candidates.length === 0) return [];
    const taken = await transaction.query(
      `INSERT INTO file (pipeline_id, path, token, owner, lease_until_ms, claim_run)
       SELECT $1, r.path, r.token + 1, $2, ${dialect.nowMs} + $3, $4
       FROM ${dialect.rows('$5', { path: 'text', token: 'bigint' })} WHERE true
       ON CONFLICT (pipeline_id, path) DO UPDATE
         SET token = excluded.token, owner = excluded.owner, lease_until_ms = excluded.lease_until_ms, claim_run = excluded.claim_run
         WHERE file.token = excluded.token - 1 AND (file.owner IS NULL OR file.lease_until_ms <= ${dialect.nowMs})
       RETURNING path, token`,
      [pipelineId, owner, leaseMs, run, JSON.stringify(candidates.map(({ path, token }) => ({ path, token })))],
    );
    const ours = new Set(taken.map((row) => row['path']));
    await addEvents(
      transaction,
      { pipelineId, run },
      taken.map((row) => ({ path: row['path'], event: 'claimed', token: row['token'], detail: owner })),
    );
    return candidates.filter((row) => ours.has(row['path'])).map(claimed);
  });
}

function claimed(row: Row): Claim {
  const publishedSize: number | null = row['published_size'];
  return {
    path: row['path'],
    size: row['size'],
    mtimeMs: row['mtime_ms'],
    chain: row['chain'],
    reason: row['plan_reason'],
    token: row['token'] + 1,
    abandoned: row['owner'] === null ? undefined : { run: row['claim_run'], token: row['token'] },
    intent: row['intent'] === null ? undefined : JSON.parse(row['intent']),
    checkpoint:
      publishedSize === null
        ? undefined
        : {
            size: publishedSize,
            mtimeMs: row['published_mtime_ms'],
            chain: row['published_chain'],
            targetSize: row['target_size'],
            digest: JSON.parse(row['digest']),
          },
  };
}

export async function heldByOthers(
  database: Database,
  { pipelineId, run, batch, owner }: Omit<ClaimRequest, 'limit' | 'leaseMs'>,
): Promise<{ readonly files: number; readonly firstEndsInMs: number } | undefined> {
  const { nowMs } = database.dialect;
  const [row] = await database.query(
    `SELECT count(*) AS files, min(file.lease_until_ms) - ${nowMs} AS ends_in_ms
     FROM batch JOIN entry ON entry.run_id = batch.run_id AND entry.number BETWEEN batch.first_entry AND batch.last_entry
     JOIN file ON file.pipeline_id = $1 AND file.path = entry.path
     WHERE batch.run_id = $2 AND batch.number = $3 AND ${toDo}
       AND file.owner IS NOT NULL AND file.owner <> $4`,
    [pipelineId, run, batch, owner],
  );
  if (!row || row['files'] === 0) return undefined;
  return { files: row['files'], firstEndsInMs: Math.max(0, row['ends_in_ms']) };
}
