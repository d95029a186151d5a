/**
 * Claiming files. Candidates are read with their tokens, then taken only where the token is unchanged: of all processes that read
 * the same candidate, one wins. The checkpoint is read while taking: another run's worker may have recorded it after the
 * candidates were read.
 */

import type { Claim, ClaimRequest, EarlierClaim, HeldFiles } from '../../state.ts';
import { type Database, type Query, type Row, unforeseen } from '../database.ts';
import { earlierClaims } from './earlier-claims.ts';
import { addEvents } from './events.ts';
import { checkpointColumns, checkpointOf } from './files.ts';
import { heldSince } from './held.ts';
import { leased } from './leases.ts';
import { rememberTakenOver } from './taken-over.ts';
import { mayBeToDo } from './to-do.ts';

/**
 * SQL for "in batch `$3` of run `$2`". Subqueries look up both ends first: in a join Postgres would walk all entries of the run.
 */
const inBatch = (first = 'first_entry') => `entry.run_id = ${unforeseen('$2', 'text')}
  AND entry.number BETWEEN (SELECT ${first} FROM batch WHERE run_id = $2 AND number = $3)
                       AND (SELECT last_entry FROM batch WHERE run_id = $2 AND number = $3)`;

/** After entry `$6`. As one lower bound: of two, SQLite would use one and filter by the other. */
const behind = 'CASE WHEN first_entry > $6 THEN first_entry ELSE $6 + 1 END';

/** To do for this owner: not settled, or failed or refused under another one. */
const toDo = `${mayBeToDo} AND (entry.status = 'planned' OR (entry.status IN ('failed', 'refused') AND entry.owner <> $4))`;

export async function claim(database: Database, request: ClaimRequest): Promise<readonly Claim[]> {
  let found: readonly Row[] = [];
  return database.transaction(async (transaction) => {
    // A first run whose commit went unanswered: what it took is ours.
    const before = byPath(await heldSince(transaction, request, found));
    if (before.size > 0) return claimsOf(transaction, request, found, before);
    for (;;) {
      found = await candidates(transaction, request);
      if (found.length === 0) return [];
      const taken = byPath(await take(transaction, request, found));
      // Other workers took every one of them first: there may be more.
      if (taken.size === 0) continue;
      await addEvents(
        transaction,
        request,
        [...taken.values()].map(({ path, token }) => ({ path, event: 'claimed', token, detail: request.owner })),
      );
      await rememberTakenOver(
        transaction,
        request.pipelineId,
        found.filter((entry) => taken.has(entry['path'])),
      );
      return claimsOf(transaction, request, found, taken);
    }
  });
}

function byPath(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row['path'], row]));
}

async function claimsOf(
  transaction: Query,
  { pipelineId }: ClaimRequest,
  found: readonly Row[],
  taken: ReadonlyMap<string, Row>,
): Promise<readonly Claim[]> {
  const earlier = await earlierClaims(
    transaction,
    pipelineId,
    found.filter((entry) => entry['owner'] !== null && taken.has(entry['path'])),
  );
  return found.flatMap((entry) => {
    const file = taken.get(entry['path']);
    return file ? [claimed(entry, file, earlier)] : [];
  });
}

function candidates(transaction: Query, { pipelineId, run, batch, owner, limit, after }: ClaimRequest): Promise<Row[]> {
  const { nowMs, lockSkipping } = transaction.dialect;
  return transaction.query(
    `SELECT entry.path, entry.number, entry.size, entry.mtime_ms, entry.chain, entry.plan_reason,
            coalesce(file.token, 0) AS token, file.owner, file.claim_run, file.lease_until_ms
     FROM entry LEFT JOIN file ON file.pipeline_id = ${unforeseen('$1', 'bigint')} AND file.path = entry.path
     WHERE ${inBatch(behind)} AND ${toDo} AND (file.owner IS NULL OR NOT ${leased(nowMs)})
     ORDER BY entry.number LIMIT $5 ${lockSkipping('entry')}`,
    [pipelineId, run, batch, owner, limit, after ?? 0],
  );
}

/** Returns the file rows that are ours now. */
function take(
  transaction: Query,
  { pipelineId, run, owner, leaseMs }: ClaimRequest,
  found: readonly Row[],
): Promise<Row[]> {
  const { nowMs, rows } = transaction.dialect;
  return transaction.query(
    `INSERT INTO file (pipeline_id, path, token, owner, lease_until_ms, lease_ms, claim_run)
     SELECT $1, r.path, r.token + 1, $2, ${nowMs} + $3, $3, $4
     FROM ${rows('$5', { path: 'text', token: 'bigint' })} WHERE true
     ON CONFLICT (pipeline_id, path) DO UPDATE
       SET token = excluded.token, owner = excluded.owner, lease_until_ms = excluded.lease_until_ms,
           lease_ms = excluded.lease_ms, claim_run = excluded.claim_run
       WHERE file.token = excluded.token - 1 AND (file.owner IS NULL OR NOT ${leased(nowMs)})
     RETURNING path, token, intent, ${checkpointColumns}`,
    [pipelineId, owner, leaseMs, run, JSON.stringify(found.map(({ path, token }) => ({ path, token })))],
  );
}

function claimed(entry: Row, file: Row, earlier: ReadonlyMap<string, readonly EarlierClaim[]>): Claim {
  return {
    path: entry['path'],
    number: entry['number'],
    size: entry['size'],
    mtimeMs: entry['mtime_ms'],
    chain: entry['chain'],
    reason: entry['plan_reason'],
    token: file['token'],
    abandoned: entry['owner'] === null ? undefined : { run: entry['claim_run'], token: entry['token'] },
    abandonedBefore: earlier.get(entry['path']) ?? [],
    intent: file['intent'] === null ? undefined : JSON.parse(file['intent']),
    checkpoint: checkpointOf(file),
  };
}

export async function heldByOthers(
  database: Database,
  { pipelineId, run, batch, owner }: Omit<ClaimRequest, 'limit' | 'leaseMs' | 'after'>,
): Promise<HeldFiles | undefined> {
  const { nowMs } = database.dialect;
  const [row] = await database.query(
    `SELECT count(*) AS files, min(CASE WHEN ${leased(nowMs)} THEN file.lease_until_ms ELSE 0 END) - ${nowMs} AS ends_in_ms
     FROM entry JOIN file ON file.pipeline_id = ${unforeseen('$1', 'bigint')} AND file.path = entry.path
     WHERE ${inBatch()} AND ${toDo} AND file.owner IS NOT NULL AND file.owner <> $4`,
    [pipelineId, run, batch, owner],
  );
  if (!row || row['files'] === 0) return undefined;
  return { files: row['files'], firstEndsInMs: Math.max(0, row['ends_in_ms']) };
}
