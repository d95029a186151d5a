/**
 * Every target path has one owner. A file that keeps its path owns it through its own row in `file`; `target_owner` records the
 * paths that transforms give to files, and those of side files. A row counts while its run may still publish there, or while what
 * was published last stands there.
 */

import type { PlanTicket, TargetPathOwner, WantedTargetPath } from '../../state.ts';
import { type Database, type Query, unforeseen } from '../database.ts';

const published = `EXISTS (SELECT 1 FROM file WHERE file.pipeline_id = target_owner.pipeline_id AND file.path = target_owner.path
  AND file.size IS NOT NULL AND (target_owner.aside = 1 OR file.target_path = target_owner.place))`;
const inForce = `(${published} OR EXISTS (SELECT 1 FROM run WHERE run.id = target_owner.run_id AND run.finished_ms IS NULL))`;

const columns = { place: 'text', path: 'text', aside: 'bigint' } as const;

export async function takeTargetPaths(
  database: Database,
  { pipelineId, run }: PlanTicket,
  wanted: readonly WantedTargetPath[],
): Promise<void> {
  if (wanted.length === 0) return;
  // Each path once, or Postgres refuses; in one order, so that two planners don't deadlock.
  const rows = [...new Map(wanted.map((row) => [row.targetPath, row])).values()]
    .map(({ targetPath, path, sideFile }) => ({ place: targetPath, path, aside: sideFile ? 1 : 0 }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  await database.query(
    `INSERT INTO target_owner (pipeline_id, place, path, aside, run_id)
     SELECT $1, r.place, r.path, r.aside, $2 FROM ${database.dialect.rows('$3', columns)} WHERE true
     ON CONFLICT (pipeline_id, place) DO UPDATE SET path = excluded.path, aside = excluded.aside, run_id = excluded.run_id
       WHERE target_owner.path = excluded.path OR NOT ${inForce}`,
    [pipelineId, run, JSON.stringify(rows)],
  );
}

/** For a plan that will not be carried out. Where something was published before, the owner stays. */
export async function dropTargetPaths(transaction: Query, pipelineId: number, run: string): Promise<void> {
  await transaction.query(`DELETE FROM target_owner WHERE pipeline_id = $1 AND run_id = $2 AND NOT ${published}`, [
    pipelineId,
    run,
  ]);
}

/** One row for each owner of each path. `openRuns` are runs whose files keep their paths and are not all copied yet. */
export async function targetPathOwners(
  database: Database,
  pipelineId: number,
  targetPaths: readonly string[],
  openRuns: readonly string[],
): Promise<readonly TargetPathOwner[]> {
  if (targetPaths.length === 0) return [];
  const rows = JSON.stringify(targetPaths.map((place) => ({ place })));
  const pipeline = unforeseen('$1', 'bigint');
  const wanted = database.dialect.rows('$2', { place: 'text' });
  const known = await database.query(
    `SELECT r.place AS place, target_owner.path AS path, file.chain AS chain
     FROM ${wanted} JOIN target_owner ON target_owner.pipeline_id = ${pipeline} AND target_owner.place = r.place
     LEFT JOIN file ON file.pipeline_id = target_owner.pipeline_id AND file.path = target_owner.path
     WHERE ${inForce}
     UNION ALL
     SELECT r.place, file.path, file.chain
     FROM ${wanted} JOIN file ON file.pipeline_id = ${pipeline} AND file.path = r.place
     WHERE file.size IS NOT NULL AND (file.target_path IS NULL OR file.target_path = file.path)`,
    [pipelineId, rows],
  );
  for (const run of openRuns) {
    const planned = await database.query(
      `SELECT r.place AS place, entry.path AS path, entry.chain AS chain
       FROM ${database.dialect.rows('$2', { place: 'text' })}
       JOIN entry ON entry.run_id = ${unforeseen('$1', 'text')} AND entry.path = r.place WHERE entry.status = 'planned'`,
      [run, rows],
    );
    known.push(...planned);
  }
  return known.map((row) => ({ targetPath: row['place'], path: row['path'], chain: row['chain'] ?? undefined }));
}

/** Whether any file of the pipeline owns a target path other than its own. */
export async function hasTargetPaths(database: Database, pipelineId: number): Promise<boolean> {
  const rows = await database.query('SELECT 1 AS found FROM target_owner WHERE pipeline_id = $1 LIMIT 1', [pipelineId]);
  return rows.length > 0;
}
