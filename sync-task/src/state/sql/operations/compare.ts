import type { Candidate, Change } from '../../state.ts';
import { type Database, unforeseen } from '../database.ts';

const columns = { index: 'bigint', path: 'text', size: 'bigint', mtimeMs: 'bigint', chain: 'text' } as const;

/**
 * One index look-up for each candidate. Only changed candidates are in the answer: `transform-changed` where only that changed,
 * `unsettled` where an attempt may have published something else and died before it recorded that.
 */
export async function compare(
  database: Database,
  pipelineId: number,
  candidates: readonly Candidate[],
): Promise<readonly Change[]> {
  if (candidates.length === 0) return [];
  const rows = candidates.map(({ path, size, mtimeMs, chain }, index) => ({ index, path, size, mtimeMs, chain }));
  const changes = await database.query(
    `SELECT r."index" AS "index",
            CASE WHEN file.size IS NULL THEN 'new'
                 WHEN file.size <> r.size THEN 'size-changed'
                 WHEN file.mtime_ms <> r."mtimeMs" THEN 'mtime-changed'
                 WHEN file.chain <> r.chain THEN 'transform-changed'
                 ELSE 'unsettled' END AS reason
     FROM ${database.dialect.rows('$2', columns)}
     LEFT JOIN file ON file.pipeline_id = ${unforeseen('$1', 'bigint')} AND file.path = r.path
     WHERE file.size IS NULL OR file.size <> r.size OR file.mtime_ms <> r."mtimeMs" OR file.chain <> r.chain
       OR file.intent IS NOT NULL`,
    [pipelineId, JSON.stringify(rows)],
  );
  return changes.map((row) => ({ index: row['index'], reason: row['reason'] }));
}
