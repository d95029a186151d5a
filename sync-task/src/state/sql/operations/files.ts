/** Reads published files back. */

import type { Checkpoint, FileFilter, FileRecord } from '../../state.ts';
import type { Database, Row } from '../database.ts';
import { leased } from './leases.ts';

export const checkpointColumns =
  'size, mtime_ms, chain, target_size, digest, target_path, target_mtime_ms, source_digest';

/** From a row with these columns; undefined where nothing was published. */
export function checkpointOf(row: Row): Checkpoint | undefined {
  const size: number | null = row['size'];
  if (size === null) return undefined;
  const [targetPath, targetMtimeMs, sourceDigest] = [row['target_path'], row['target_mtime_ms'], row['source_digest']];
  return {
    size,
    mtimeMs: row['mtime_ms'],
    chain: row['chain'],
    targetSize: row['target_size'],
    digest: JSON.parse(row['digest']),
    ...(targetPath === null ? {} : { targetPath }),
    ...(targetMtimeMs === null ? {} : { targetMtimeMs }),
    ...(sourceDigest === null ? {} : { sourceDigest: JSON.parse(sourceDigest) }),
  };
}

/** SQL: paths below the folder `$2`, or all for ''. `0` is the character after `/`. Two texts, so that each finds its index. */
function inFolder(prefix: string): string {
  return prefix === '' ? "CAST($2 AS TEXT) = ''" : `path > $2 || '/' AND path < $2 || '0'`;
}

export async function files(
  database: Database,
  pipelineId: number,
  { prefix, after, limit }: FileFilter,
): Promise<readonly FileRecord[]> {
  const rows = await database.query(
    `SELECT ${recordColumns(database)} FROM file
     WHERE pipeline_id = $1 AND path > $3 AND ${inFolder(prefix)} AND size IS NOT NULL ORDER BY path LIMIT $4`,
    [pipelineId, prefix, after, limit],
  );
  return rows.map(recordOf);
}

export async function file(database: Database, pipelineId: number, path: string): Promise<FileRecord | undefined> {
  const [row] = await database.query(
    `SELECT ${recordColumns(database)} FROM file WHERE pipeline_id = $1 AND path = $2 AND size IS NOT NULL`,
    [pipelineId, path],
  );
  return row && recordOf(row);
}

export async function fileTotals(
  database: Database,
  pipelineId: number,
  prefix: string,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const [row] = await database.query(
    `SELECT count(*) AS files, CAST(coalesce(sum(target_size), 0) AS BIGINT) AS bytes FROM file
     WHERE pipeline_id = $1 AND ${inFolder(prefix)} AND size IS NOT NULL`,
    [pipelineId, prefix],
  );
  return { files: row?.['files'], bytes: row?.['bytes'] };
}

function recordColumns({ dialect }: Database): string {
  const held = `CASE WHEN owner IS NOT NULL AND ${leased(dialect.nowMs)} THEN 1 ELSE 0 END AS held`;
  return `path, token, intent, ${held}, ${checkpointColumns}`;
}

function recordOf(row: Row): FileRecord {
  return {
    ...(checkpointOf(row) as Checkpoint), // the query leaves out what was never published
    path: row['path'],
    token: row['token'],
    held: row['held'] === 1,
    intent: row['intent'] === null ? undefined : JSON.parse(row['intent']),
  };
}
