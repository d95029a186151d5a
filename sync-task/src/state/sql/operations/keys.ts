/**
 * Keys of rows: a key belongs to at most one published file of the pipeline.
 *
 * An attempt at a file is a *holder*: `open` while it takes keys, `complete` from just before its intent to publish, then
 * `published` or `gone`. A key of a published or complete holder belongs to another file for good. A key of an open holder does
 * so for now: whoever leaves a row out because of it waits, before publishing, until that holder is published, and starts over if
 * it never is. So no row is lost with a file that fails. An open holder without a live claim has no keys.
 *
 * Of two open holders that meet, the one that started first gets the key. The other is `lost` where it had taken the key, and
 * starts over once no older one is left. So nobody waits in a circle, and nobody waits for ever. A new attempt at a file is as
 * old as the one before it.
 */

import type { ClaimedFile, KeyHolder, KeysCompleted, TakenKeys } from '../../state.ts';
import { type Database, type Query, type Row, unforeseen } from '../database.ts';
import { leased } from './leases.ts';

/** SQL: this holder's worker has a live claim. */
const living = (nowMs: string) => `EXISTS (
  SELECT 1 FROM file WHERE file.pipeline_id = key_holder.pipeline_id AND file.path = key_holder.path
    AND file.token = key_holder.token AND file.owner > '' AND ${leased(nowMs)})`;

/** Until the transaction ends, nobody else takes keys in the pipeline. */
async function alone({ query, dialect }: Query, pipelineId: number): Promise<void> {
  await query(`SELECT id FROM pipeline WHERE id = $1 ${dialect.lockAgainstOthers}`, [pipelineId]);
}

export function beginKeys(
  database: Database,
  { pipelineId, path, token }: ClaimedFile,
): Promise<KeyHolder | undefined> {
  return database.transaction(async (transaction) => {
    await alone(transaction, pipelineId);
    const file = await transaction.query(
      'SELECT 1 AS ours FROM file WHERE pipeline_id = $1 AND path = $2 AND token = $3',
      [pipelineId, path, token],
    );
    if (file.length === 0) return undefined;
    const before = await transaction.query(
      `UPDATE key_holder SET status = 'gone' WHERE pipeline_id = $1 AND path = $2 AND status IN ('open', 'lost', 'complete')
       RETURNING age`,
      [pipelineId, path],
    );
    const [made] = await transaction.query(
      `INSERT INTO key_holder (pipeline_id, path, token, age, status) VALUES ($1, $2, $3, 0, 'open') RETURNING id`,
      [pipelineId, path, token],
    );
    const id: number = made?.['id'];
    const age = Math.min(id, ...before.map((row) => row['age'] as number));
    await transaction.query('UPDATE key_holder SET age = $2 WHERE id = $1', [id, age]);
    return { pipelineId, path, id, age };
  });
}

export function takeKeys(database: Database, holder: KeyHolder, keys: readonly string[]): Promise<TakenKeys> {
  return database.transaction(async (transaction) => {
    const { query, dialect } = transaction;
    await alone(transaction, holder.pipelineId);
    if ((await statusOf(transaction, holder)) !== 'open') return { others: new Set(), waitFor: new Set(), lost: true };
    // In this order: otherwise either database walks all keys or all holders of the pipeline.
    const found = await query(
      `WITH held AS MATERIALIZED (
         SELECT r.key, row_key.holder FROM ${dialect.rows('$1', { key: 'text' })} CROSS JOIN row_key WHERE row_key.key = r.key)
       SELECT held.key, key_holder.id, key_holder.age, key_holder.status FROM held CROSS JOIN key_holder
       WHERE key_holder.id = held.holder
         AND key_holder.pipeline_id + 0 = $2 AND key_holder.path <> $3 AND key_holder.status IN ('open', 'complete', 'published')`,
      [JSON.stringify(keys.map((key) => ({ key }))), holder.pipelineId, holder.path],
    );
    const alive = await livingAmong(transaction, idsOf(found, 'open'));
    const others = new Set<string>();
    const waitFor = new Set<number>();
    const overtaken = new Set<number>();
    for (const { key, id, age, status } of found) {
      if (status === 'open' && !alive.has(id)) continue;
      if (status === 'open' && age > holder.age) overtaken.add(id);
      else {
        others.add(key);
        if (status !== 'published') waitFor.add(id);
      }
    }
    if (overtaken.size > 0) {
      await query(
        `UPDATE key_holder SET status = 'lost' FROM ${dialect.rows('$1', { id: 'bigint' })} WHERE key_holder.id = r.id`,
        [idRows(overtaken)],
      );
    }
    const taken = keys.filter((key) => !others.has(key)).map((key) => ({ key }));
    await query(
      `INSERT INTO row_key (key, holder) SELECT r.key, $1 FROM ${dialect.rows('$2', { key: 'text' })} WHERE true
       ON CONFLICT (key, holder) DO NOTHING`,
      [holder.id, JSON.stringify(taken)],
    );
    return { others, waitFor, lost: false };
  });
}

export function completeKeys(
  database: Database,
  holder: KeyHolder,
  waitFor: ReadonlySet<number>,
): Promise<KeysCompleted> {
  return database.transaction(async (transaction) => {
    const { query, dialect } = transaction;
    await alone(transaction, holder.pipelineId);
    const status = await statusOf(transaction, holder);
    if (status === 'complete') return { status: 'complete' };
    if (status !== 'open') {
      const [older] = await query(
        `SELECT path FROM key_holder WHERE pipeline_id = $1 AND age < $2 AND status <> 'published' AND status = 'open' AND ${living(dialect.nowMs)} LIMIT 1`,
        [holder.pipelineId, holder.age],
      );
      return older ? { status: 'wait', path: older['path'] } : { status: 'again' };
    }
    const others = await query(
      `SELECT key_holder.id, key_holder.path, key_holder.status
       FROM ${dialect.rows('$1', { id: 'bigint' })} JOIN key_holder ON key_holder.id = r.id`,
      [idRows(waitFor)],
    );
    const pending = others.filter((row) => row['status'] === 'open' || row['status'] === 'complete');
    const published = others.filter((row) => row['status'] === 'published');
    const alive = await livingAmong(
      transaction,
      pending.map((row) => row['id']),
    );
    if (published.length + alive.size < waitFor.size) return { status: 'again' };
    const [first] = pending;
    if (first) return { status: 'wait', path: first['path'] };
    await query(`UPDATE key_holder SET status = 'complete' WHERE id = $1`, [holder.id]);
    return { status: 'complete' };
  });
}

/** With the file's outcome: its keys are published, and those of its version before are free. */
export async function publishKeys(transaction: Query, pipelineId: number, holders: readonly number[]): Promise<void> {
  if (holders.length === 0) return;
  const rows = transaction.dialect.rows('$1', { id: 'bigint' });
  const parameters = [idRows(holders), pipelineId];
  await transaction.query(
    `UPDATE key_holder SET status = 'gone' WHERE pipeline_id = ${unforeseen('$2', 'bigint')} AND status <> 'gone'
       AND path IN (SELECT now.path FROM ${rows} JOIN key_holder AS now ON now.id = r.id)
       AND id NOT IN (SELECT r.id FROM ${rows})`,
    parameters,
  );
  await transaction.query(
    `UPDATE key_holder SET status = 'published' FROM ${rows} WHERE key_holder.id = r.id AND key_holder.pipeline_id + 0 = $2`,
    parameters,
  );
}

/** After claims are cleared: nobody will publish what their workers completed. */
export async function dropKeys(
  transaction: Query,
  pipelineId: number,
  claims: readonly { readonly path: string; readonly token: number }[],
): Promise<void> {
  await transaction.query(
    `UPDATE key_holder SET status = 'gone'
     FROM ${transaction.dialect.rows('$1', { pipelineId: 'bigint', path: 'text', token: 'bigint' })}
     WHERE key_holder.pipeline_id = r."pipelineId" AND key_holder.path = r.path AND key_holder.token <= r.token
       AND key_holder.status IN ('open', 'lost', 'complete')`,
    [JSON.stringify(claims.map(({ path, token }) => ({ pipelineId, path, token })))],
  );
}

const ROWS_AT_ONCE = 10_000;

/** Removes keys of attempts that ended unpublished. Returns their number. */
export async function sweepKeys(database: Database, pipelineId: number): Promise<number> {
  await database.query(
    `UPDATE key_holder SET status = 'gone' WHERE pipeline_id = $1 AND status <> 'published' AND status IN ('open', 'lost') AND NOT ${living(database.dialect.nowMs)}`,
    [pipelineId],
  );
  const gone = await database.query(
    `SELECT id FROM key_holder WHERE pipeline_id = $1 AND status <> 'published' AND status = 'gone'`,
    [pipelineId],
  );
  let swept = 0;
  for (const { id } of gone) {
    for (let more = true; more; ) {
      const rows = await database.query(
        `DELETE FROM row_key WHERE holder = $1 AND key IN (SELECT key FROM row_key WHERE holder = $1 LIMIT ${ROWS_AT_ONCE}) RETURNING 1 AS gone`,
        [id],
      );
      swept += rows.length;
      more = rows.length === ROWS_AT_ONCE;
    }
    await database.query('DELETE FROM key_holder WHERE id = $1', [id]);
  }
  return swept;
}

async function statusOf(transaction: Query, { id }: KeyHolder): Promise<string | undefined> {
  const [row] = await transaction.query('SELECT status FROM key_holder WHERE id = $1', [id]);
  return row?.['status'];
}

async function livingAmong({ query, dialect }: Query, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = await query(
    `SELECT key_holder.id FROM ${dialect.rows('$1', { id: 'bigint' })} JOIN key_holder ON key_holder.id = r.id
     WHERE ${living(dialect.nowMs)}`,
    [idRows(ids)],
  );
  return new Set(rows.map((row) => row['id']));
}

function idsOf(rows: readonly Row[], status: string): number[] {
  return [...new Set(rows.flatMap((row) => (row['status'] === status ? [row['id'] as number] : [])))];
}

function idRows(ids: Iterable<number>): string {
  return JSON.stringify([...ids].map((id) => ({ id })));
}
