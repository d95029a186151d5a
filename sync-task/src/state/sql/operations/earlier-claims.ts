/**
 * The claims of a file since it was last settled: each may have left a draft. Read from its events, newest first and no more
 * than a few: what ever happened to the file, and to others, costs nothing.
 */
import type { EarlierClaim } from '../../state.ts';
import { type Query, type Row, unforeseen } from '../database.ts';

/**
 * Claims of one file that are looked at again, besides the newest: whoever claims it sweeps them all, so an older one was
 * swept that often. A file that fails for ever would have more of them every day.
 */
export const CLAIMS_LOOKED_AT = 20;

/** SQL: the newest token of that kind of event. Kinds are asked for one by one: each is a look at one end of an index. */
const newest = (event: string) =>
  `SELECT max(event.token) AS token FROM event WHERE event.pipeline_id = asked.pipeline_id AND event.path = asked.path AND event.event = '${event}'`;

/** Who settled a file had swept what came before. */
const settled = `(SELECT coalesce(max(done.token), 0) FROM (
  ${['copied', 'adopted', 'unchanged'].map(newest).join(' UNION ALL ')}) AS done)`;

/** By path. `files` have the token before which they are asked for. */
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
