/**
 * Writing a plan: begin, add entries in sets, complete. A planner that was taken over has an outdated token and writes nothing
 * more.
 */
import { SyncError } from '../../../base/errors.ts';
import type { BatchRange } from '../../../base/model.ts';
import type { FolderTotals, ListingTotals, NewEntry, PlanTicket } from '../../state.ts';
import type { Database, Query } from '../database.ts';
import { dropTargetPaths } from './target-owners.ts';

export async function beginPlan(
  database: Database,
  run: string,
  pipelineId: number,
  details: unknown,
): Promise<PlanTicket | undefined> {
  return database.transaction(async (transaction) => {
    const [row] = await transaction.query(
      `INSERT INTO run (id, pipeline_id, status, plan_token, created_ms, details)
       VALUES ($1, $2, 'planning', 1, ${database.dialect.nowMs}, $3)
       ON CONFLICT (id) DO UPDATE SET plan_token = CASE WHEN run.status IN ('planning', 'refused') THEN run.plan_token + 1 ELSE run.plan_token END
       RETURNING pipeline_id, status, plan_token`,
      [run, pipelineId, JSON.stringify(details ?? null)],
    );
    if (row?.['pipeline_id'] !== pipelineId) {
      throw new SyncError(`run ${run} belongs to another pipeline: choose another --run, or check --pipeline`, {
        kind: 'usage',
        reason: 'other-pipeline',
      });
    }
    if (row['status'] === 'refused') {
      await transaction.query(
        `UPDATE run SET status = 'planning', finished_ms = NULL, listed = NULL, unchanged = NULL, excluded = NULL WHERE id = $1`,
        [run],
      );
    } else if (row['status'] !== 'planning') return undefined;
    await transaction.query('DELETE FROM entry WHERE run_id = $1', [run]);
    await dropTargetPaths(transaction, pipelineId, run);
    return { run, pipelineId, token: row['plan_token'] };
  });
}

/**
 * Returns false where the plan is `ended` this way already: by us, in a commit whose answer was lost, because nobody else has the
 * token. Throws where another process has the plan.
 */
async function assertOurs(
  transaction: Query,
  { run, token }: PlanTicket,
  ended?: 'planned' | 'refused',
): Promise<boolean> {
  const [row] = await transaction.query(
    `SELECT status FROM run WHERE id = $1 AND plan_token = $2 ${transaction.dialect.lockShared}`,
    [run, token],
  );
  if (row?.['status'] === 'planning') return true;
  if (row && row['status'] === ended) return false;
  throw new SyncError(`another process has taken over the plan of run ${run}: let it finish, then run this again`, {
    kind: 'transient',
    reason: 'plan-taken-over',
  });
}

const columns = {
  path: 'text',
  number: 'bigint',
  size: 'bigint',
  mtimeMs: 'bigint',
  chain: 'text',
  status: 'text',
  kind: 'text',
  reason: 'text',
  message: 'text',
} as const;

export async function addEntries(database: Database, ticket: PlanTicket, entries: readonly NewEntry[]): Promise<void> {
  const rows = entries.map(({ path, number, size, mtimeMs, chain, status, kind, reason, message }) => ({
    path,
    number: number ?? null,
    size,
    mtimeMs,
    chain,
    status,
    kind: kind ?? null,
    reason,
    message: message ?? '',
  }));
  await database.transaction(async (transaction) => {
    await assertOurs(transaction, ticket);
    // A listing that changes while it is read may name a file twice: the first entry stays.
    await transaction.query(
      `INSERT INTO entry (run_id, path, number, size, mtime_ms, chain, plan_reason, status, kind, reason, message, known_token)
       SELECT $1, r.path, r.number, r.size, r."mtimeMs", r.chain, r.reason, r.status, r.kind, r.reason, r.message,
              (SELECT file.token FROM file WHERE file.pipeline_id = $3 AND file.path = r.path)
       FROM ${database.dialect.rows('$2', columns)} WHERE true
       ON CONFLICT (run_id, path) DO NOTHING`,
      [ticket.run, JSON.stringify(rows), ticket.pipelineId],
    );
  });
}

export async function completePlan(
  database: Database,
  ticket: PlanTicket,
  batches: readonly BatchRange[],
  totals: ListingTotals,
  folders: readonly FolderTotals[] = [],
  details?: unknown,
): Promise<void> {
  const types = {
    number: 'bigint',
    firstEntry: 'bigint',
    lastEntry: 'bigint',
    files: 'bigint',
    bytes: 'bigint',
  } as const;
  await database.transaction(async (transaction) => {
    if (!(await assertOurs(transaction, ticket, 'planned'))) return;
    await transaction.query(
      `INSERT INTO batch (run_id, number, first_entry, last_entry, files, bytes)
       SELECT $1, r.number, r."firstEntry", r."lastEntry", r.files, r.bytes FROM ${database.dialect.rows('$2', types)}`,
      [ticket.run, JSON.stringify(batches)],
    );
    await transaction.query(
      `INSERT INTO run_folder (run_id, folder, files, bytes, largest)
       SELECT $1, r.folder, r.files, r.bytes, r.largest
       FROM ${database.dialect.rows('$2', { folder: 'text', files: 'bigint', bytes: 'bigint', largest: 'bigint' })}`,
      [ticket.run, JSON.stringify(folders)],
    );
    await transaction.query(
      `UPDATE run SET status = 'planned', listed = $2, unchanged = $3, excluded = $4, details = coalesce($5, details) WHERE id = $1`,
      [
        ticket.run,
        totals.listed,
        totals.unchanged,
        totals.excluded,
        details === undefined ? null : JSON.stringify(details),
      ],
    );
  });
}

export async function refusePlan(
  database: Database,
  ticket: PlanTicket,
  totals: ListingTotals,
  details: unknown,
): Promise<void> {
  await database.transaction(async (transaction) => {
    if (!(await assertOurs(transaction, ticket, 'refused'))) return;
    await transaction.query(
      `UPDATE run SET status = 'refused', finished_ms = ${database.dialect.nowMs}, listed = $2, unchanged = $3, excluded = $4, details = $5
       WHERE id = $1`,
      [ticket.run, totals.listed, totals.unchanged, totals.excluded, JSON.stringify(details ?? null)],
    );
    await dropTargetPaths(transaction, ticket.pipelineId, ticket.run);
  });
}
