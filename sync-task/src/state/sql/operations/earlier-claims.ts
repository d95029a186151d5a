/**
 * The claims of a file since it was last settled: each may have left a draft. Reads at most a few events, newest first: the
 * length of the history costs nothing.
 */
import type { EarlierClaim } from '../../state.ts';
import { type Query, type Row, unforeseen } from '../database.ts';

/**
 * Earlier claims of a file to look at, besides the newest. Every claimer sweeps them all, so an older one was swept that often.
 * Without a limit, a file that always fails would collect more every day.
 */
export const CLAIMS_LOOKED_AT = 20;

/** SQL: the newest token of this kind of event. Asked kind by kind: each reads one end of an index. */
const newest = (event: string) =>
  `SELECT max(event.token) AS token FROM event WHERE event.pipeline_id = asked.pipeline_id AND event.path = asked.path AND event.event = '${event}'`;

/** Whoever settled a file had swept what came before. */
const settled = `(SELECT coalesce(max(done.token), 0) FROM (
  ${['copied', 'adopted', 'unchanged'].map(newest).join(' UNION ALL ')}) AS done)`;

/** By path. `files` have the token before which to look. */
export async function earlierClaims(
  transaction: Query,
  pipelineId: number,
  files: readonly Row[],
): Promise<ReadonlyMap<string, readonly EarlierClaim[]>> {
  if (files.length === 0) return new Map();
  const { rows, list } = transaction.dialect;
  const found = await transaction.query(
    `SELECT asked.path, (SELECT ${list('claimed.run_id', 'claimed.token')} FROM (
         SELECT event.run_id, event.token FROM event
         WHERE event.pipeline_id = asked.pipeline_id AND event.path = asked.path AND event.event = 'claimed'
           AND event.token < asked.token AND event.token > ${settled}
         ORDER BY event.token DESC LIMIT ${CLAIMS_LOOKED_AT - 1}) AS claimed) AS claims
     FROM (SELECT ${unforeseen('$1', 'bigint')} AS pipeline_id, r.path, r.token
           FROM ${rows('$2', { path: 'text', token: 'bigint' })}) AS asked`,
    [pipelineId, JSON.stringify(files.map(({ path, token }) => ({ path, token })))],
  );
  return new Map(
    found.map(({ path, claims }) => [
      path,
      (JSON.parse(claims ?? '[]') as [string, number][]).map(([run, token]) => ({ run, token })),
    ]),
  );
}
