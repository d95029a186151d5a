/**
 * Abandoned claims: their workers may have left something at the target. Whoever looks at that claims the files first, like any
 * worker: so nobody starts one of them meanwhile, and a sweeper that sleeps loses its claim.
 */

import type { AbandonedFile, AbandonedRequest, ClearedRow } from '../../state.ts';
import type { Database, Query, Row } from '../database.ts';
import { earlierClaims } from './earlier-claims.ts';
import { addEvents } from './events.ts';
import { checkpointColumns, checkpointOf } from './files.ts';
import { heldSince } from './held.ts';
import { lost } from './intents.ts';
import { dropKeys } from './keys.ts';
import { leased } from './leases.ts';
import { rememberTakenOver } from './taken-over.ts';

/** Nobody continues a run that is this old, ended or not. */
const OVER_MS = 7 * 24 * 3600 * 1000;

type Which = 'all' | 'ended';

/** SQL: a file of pipeline `$1` whose claim was abandoned. */
function isLeft(nowMs: string, which: Which): string {
  const ended = `AND NOT EXISTS (
    SELECT 1 FROM run WHERE run.id = file.claim_run AND run.finished_ms IS NULL
      AND run.created_ms > ${nowMs} - ${OVER_MS} AND run.created_ms <= ${nowMs} + ${OVER_MS})`;
  return `file.pipeline_id = $1 AND file.owner IS NOT NULL AND NOT ${leased(nowMs)} ${which === 'ended' ? ended : ''}`;
}

export async function claimAbandoned(database: Database, request: AbandonedRequest): Promise<readonly AbandonedFile[]> {
  let asked: readonly Row[] = [];
  return database.transaction(async (transaction) => {
    // A first run whose commit went unanswered: what it took is ours.
    const before = await heldSince(transaction, request, asked);
    if (before.length > 0) return describe(transaction, request, asked, before);
    asked = await leftOver(transaction, request);
    const taken = await take(transaction, request, asked);
    const found = asked.filter(({ path }) => taken.some((row) => row['path'] === path));
    await rememberTakenOver(transaction, request.pipelineId, found);
    for (const run of new Set(found.map((row) => row['claim_run'] as string))) {
      const rows = found.filter((row) => row['claim_run'] === run);
      await addEvents(
        transaction,
        { ...request, run },
        rows.map(({ path, token }) => ({ path, event: 'recovery', token: token + 1, detail: request.owner })),
      );
    }
    return describe(transaction, request, asked, taken);
  });
}

function leftOver(transaction: Query, { pipelineId, limit, after, which }: AbandonedRequest): Promise<Row[]> {
  const { nowMs, lockSkipping } = transaction.dialect;
  return transaction.query(
    `SELECT file.path, file.token, file.owner, file.claim_run, file.lease_until_ms FROM file
     WHERE ${isLeft(nowMs, which)} AND file.path > $2 ORDER BY file.path LIMIT $3 ${lockSkipping('file')}`,
    [pipelineId, after ?? '', limit],
  );
}

const claimColumns = { pipelineId: 'bigint', path: 'text', token: 'bigint' } as const;

function claimRows(pipelineId: number, rows: readonly Row[]): string {
  return JSON.stringify(rows.map(({ path, token }) => ({ pipelineId, path, token })));
}

function take(
  transaction: Query,
  { pipelineId, owner, leaseMs }: AbandonedRequest,
  found: readonly Row[],
): Promise<Row[]> {
  const { nowMs, rows } = transaction.dialect;
  return transaction.query(
    `UPDATE file SET token = file.token + 1, owner = $2, lease_until_ms = ${nowMs} + $3, lease_ms = $3
     FROM ${rows('$1', claimColumns)}
     WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token AND NOT ${leased(nowMs)}
     RETURNING file.path, file.token, intent, ${checkpointColumns}`,
    [claimRows(pipelineId, found), owner, leaseMs],
  );
}

async function describe(
  transaction: Query,
  { pipelineId }: AbandonedRequest,
  found: readonly Row[],
  taken: readonly Row[],
): Promise<readonly AbandonedFile[]> {
  const files = new Map(taken.map((row) => [row['path'], row]));
  const ours = found.filter(({ path }) => files.has(path));
  const earlier = await earlierClaims(transaction, pipelineId, ours);
  const planned = await plannedAs(
    transaction,
    ours.map((row) => ({ path: row['path'], run: row['claim_run'] })),
  );
  return ours.map((row) => {
    const [path, run]: [string, string] = [row['path'], row['claim_run']];
    const file = files.get(path) as Row; // `ours` are those in `files`
    const entry = planned.get(`${run}\n${path}`);
    return {
      path,
      run,
      token: file['token'],
      abandoned: { run, token: row['token'] },
      abandonedBefore: earlier.get(path) ?? [],
      planned: entry && {
        path,
        size: entry['size'],
        mtimeMs: entry['mtime_ms'],
        chain: entry['chain'],
        reason: entry['plan_reason'],
      },
      checkpoint: checkpointOf(file),
      intent: file['intent'] === null ? undefined : JSON.parse(file['intent']),
    };
  });
}

/** By run and path. Entries of forgotten runs are missing. */
async function plannedAs(
  transaction: Query,
  files: readonly { readonly path: string; readonly run: string }[],
): Promise<ReadonlyMap<string, Row>> {
  if (files.length === 0) return new Map();
  const rows = await transaction.query(
    `SELECT entry.run_id, entry.path, entry.size, entry.mtime_ms, entry.chain, entry.plan_reason
     FROM ${transaction.dialect.rows('$1', { path: 'text', run: 'text' })} JOIN entry ON entry.run_id = r.run AND entry.path = r.path`,
    [JSON.stringify(files.map(({ path, run }) => ({ path, run })))],
  );
  return new Map(rows.map((row) => [`${row['run_id']}\n${row['path']}`, row]));
}

/** Ends the claims: nothing is left at the target, and nobody looks again. */
export function clear(
  database: Database,
  { pipelineId, owner }: { readonly pipelineId: number; readonly owner: string },
  claims: readonly ClearedRow[],
): Promise<ReadonlySet<string>> {
  return database.transaction(async (transaction) => {
    const cleared = await transaction.query(
      `UPDATE file SET owner = NULL, lease_until_ms = 0, intent = CASE WHEN r."keepsIntent" = 1 THEN file.intent ELSE NULL END
       FROM ${database.dialect.rows('$1', { ...claimColumns, keepsIntent: 'bigint' })}
       WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token AND coalesce(file.owner, $2) = $2
       RETURNING file.path, file.token`,
      [
        JSON.stringify(claims.map((claim) => ({ pipelineId, ...claim, keepsIntent: claim.keepsIntent ? 1 : 0 }))),
        owner,
      ],
    );
    const rows = cleared.map((row) => ({ path: row['path'], token: row['token'] }));
    if (rows.length > 0) await dropKeys(transaction, pipelineId, rows);
    return lost(
      claims,
      rows.map(({ path }) => path),
    );
  });
}

export async function countAbandoned(database: Database, pipelineId: number, most: number): Promise<number> {
  const [row] = await database.query(
    `SELECT count(*) AS files FROM (SELECT 1 FROM file WHERE ${isLeft(database.dialect.nowMs, 'all')} LIMIT $2) AS found`,
    [pipelineId, most],
  );
  return row?.['files'];
}
