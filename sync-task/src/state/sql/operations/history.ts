import type { FolderTotals, PlanTotals } from '../../state.ts';
import type { Database } from '../database.ts';

/**
 * What the newest complete plans of the pipeline saw. Refused plans and repairs don't count: they say nothing about what is
 * usual.
 */
export async function history(database: Database, pipelineId: number, runs: number): Promise<readonly FolderTotals[]> {
  const rows = await database.query(
    `SELECT folder, files, bytes, largest FROM run_folder
     WHERE run_id IN (SELECT id FROM run WHERE pipeline_id = $1 AND listed IS NOT NULL AND status <> 'refused'
                        AND EXISTS (SELECT 1 FROM run_folder WHERE run_folder.run_id = run.id)
                      ORDER BY created_ms DESC, id DESC LIMIT $2)`,
    [pipelineId, runs],
  );
  return rows.map((row) => ({
    folder: row['folder'],
    files: row['files'],
    bytes: row['bytes'],
    largest: row['largest'],
  }));
}

/** The totals of each of the newest plans, oldest first. */
export async function planTotals(database: Database, pipelineId: number, runs: number): Promise<readonly PlanTotals[]> {
  const rows = await database.query(
    `SELECT run.id, run_folder.files, run_folder.bytes, run_folder.largest
     FROM run JOIN run_folder ON run_folder.run_id = run.id AND run_folder.folder = ''
     WHERE run.pipeline_id = $1 AND run.status <> 'refused' ORDER BY run.created_ms DESC, run.id DESC LIMIT $2`,
    [pipelineId, runs],
  );
  return rows
    .reverse()
    .map((row) => ({ run: row['id'], files: row['files'], bytes: row['bytes'], largest: row['largest'] }));
}
