import type { ClaimOwner, OutcomeRow } from '../../state.ts';
import type { Database, Query } from '../database.ts';
import { addEvents } from './events.ts';
import { lost } from './intents.ts';
import { publishKeys } from './keys.ts';
import { GIVEN_BACK } from './leases.ts';

const fileColumns = {
  pipelineId: 'bigint',
  path: 'text',
  token: 'bigint',
  owner: 'text',
  settled: 'bigint',
  clean: 'bigint',
  size: 'bigint',
  mtimeMs: 'bigint',
  chain: 'text',
  targetSize: 'bigint',
  digest: 'text',
  targetPath: 'text',
  targetMtimeMs: 'bigint',
  sourceDigest: 'text',
} as const;
const entryColumns = {
  run: 'text',
  path: 'text',
  outcome: 'text',
  kind: 'text',
  reason: 'text',
  message: 'text',
  durationMs: 'bigint',
  retries: 'bigint',
  size: 'bigint',
  mtimeMs: 'bigint',
  chain: 'text',
} as const;

/**
 * With a checkpoint, or as `clean`, the claim ends as clean and the intent is dropped. Otherwise the lease ends but the claim
 * counts as abandoned: the next claimer removes the draft. An entry that planned another version than the checkpoint's keeps its
 * status: that version is not copied.
 */
export async function recordOutcomes(
  database: Database,
  { pipelineId, run, owner }: ClaimOwner,
  rows: readonly OutcomeRow[],
): Promise<ReadonlySet<string>> {
  const { dialect } = database;
  return database.transaction(async (transaction) => {
    const recorded = await transaction.query(
      `UPDATE file SET
         lease_until_ms = 0,
         owner = CASE WHEN r.clean = 1 THEN NULL ELSE '${GIVEN_BACK}' END,
         intent = CASE WHEN r.clean = 1 THEN NULL ELSE file.intent END,
         size = CASE WHEN r.settled = 1 THEN r.size ELSE file.size END,
         mtime_ms = CASE WHEN r.settled = 1 THEN r."mtimeMs" ELSE file.mtime_ms END,
         chain = CASE WHEN r.settled = 1 THEN r.chain ELSE file.chain END,
         target_size = CASE WHEN r.settled = 1 THEN r."targetSize" ELSE file.target_size END,
         digest = CASE WHEN r.settled = 1 THEN r.digest ELSE file.digest END,
         target_path = CASE WHEN r.settled = 1 THEN r."targetPath" ELSE file.target_path END,
         target_mtime_ms = CASE WHEN r.settled = 1 THEN r."targetMtimeMs" ELSE file.target_mtime_ms END,
         source_digest = CASE WHEN r.settled = 1 THEN r."sourceDigest" ELSE file.source_digest END
       FROM ${dialect.rows('$1', fileColumns)}
       WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token AND coalesce(file.owner, '') = r.owner
       RETURNING file.path`,
      [JSON.stringify(rows.map((row) => ({ pipelineId, owner, ...fileRow(row) })))],
    );
    const missing = lost(
      rows,
      recorded.map((row) => row['path']),
    );
    const kept = rows.filter(({ path }) => !missing.has(path));
    for (const path of await recordedBefore(
      transaction,
      pipelineId,
      rows.filter(({ path }) => missing.has(path)),
    )) {
      missing.delete(path);
    }
    await transaction.query(
      `UPDATE entry SET status = r.outcome, kind = r.kind, reason = r.reason, message = r.message, owner = $1,
         duration_ms = r."durationMs", retries = entry.retries + r.retries
       FROM ${dialect.rows('$2', entryColumns)} WHERE entry.run_id = r.run AND entry.path = r.path
         AND (r.chain IS NULL OR (entry.size = r.size AND entry.mtime_ms = r."mtimeMs" AND entry.chain = r.chain))`,
      [owner, JSON.stringify(kept.map((row) => ({ run, ...entryRow(row) })))],
    );
    await publishKeys(
      transaction,
      pipelineId,
      kept.flatMap(({ keys }) => keys ?? []),
    );
    await addEvents(
      transaction,
      { pipelineId, run },
      kept.map(({ path, outcome, token, reason }) => ({ path, event: outcome, token, detail: reason })),
    );
    return missing;
  });
}

/** Rows that were recorded before: the answer to a commit may have been lost. A token belongs to one claim for ever. */
async function recordedBefore(
  transaction: Query,
  pipelineId: number,
  rows: readonly OutcomeRow[],
): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const columns = { pipelineId: 'bigint', path: 'text', outcome: 'text', token: 'bigint' } as const;
  const found = await transaction.query(
    `SELECT r.path FROM ${transaction.dialect.rows('$1', columns)}
     WHERE EXISTS (SELECT 1 FROM event WHERE event.pipeline_id = r."pipelineId" AND event.path = r.path
       AND event.event = r.outcome AND event.token = r.token)`,
    [JSON.stringify(rows.map(({ path, outcome, token }) => ({ pipelineId, path, outcome, token })))],
  );
  return found.map((row) => row['path']);
}

function fileRow({ path, token, checkpoint, clean }: OutcomeRow) {
  if (!checkpoint) return { path, token, settled: 0, clean: clean ? 1 : 0 };
  const { digest, sourceDigest, ...rest } = checkpoint;
  const read = sourceDigest && { sourceDigest: JSON.stringify(sourceDigest) };
  return { path, token, settled: 1, clean: 1, ...rest, digest: JSON.stringify(digest), ...read };
}

function entryRow({ path, outcome, kind, reason, message, work, checkpoint }: OutcomeRow) {
  return {
    path,
    outcome,
    kind: kind ?? null,
    reason,
    message,
    durationMs: work?.durationMs ?? null,
    retries: work?.retries ?? 0,
    ...(checkpoint && { size: checkpoint.size, mtimeMs: checkpoint.mtimeMs, chain: checkpoint.chain }),
  };
}
