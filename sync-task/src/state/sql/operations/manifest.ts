/** Everything that is known about a run's entries, page by page. */

import type { ManifestRow } from '../../state.ts';
import type { Database } from '../database.ts';
import { batchOf, entryRecord } from './runs.ts';

/** The checkpoint is this run's where this run claimed the file last and the claim was settled. */
export async function manifest(
  database: Database,
  id: string,
  after: string | undefined,
  limit: number,
): Promise<readonly ManifestRow[]> {
  // Only events since it was planned: the file's earlier history is not read.
  const events = (which: string) => `(SELECT count(*) FROM event WHERE event.pipeline_id = page.pipeline_id
    AND event.path = page.path AND event.event ${which} AND event.token > coalesce(page.known_token, 0) AND event.run_id = page.run_id)`;
  const rows = await database.query(
    `SELECT page.*, file.claim_run, file.owner AS holder, file.target_size, file.digest,
            ${batchOf('page')} AS batch,
            ${events("= 'claimed'")} AS claims,
            ${events("IN ('copied', 'adopted', 'unchanged', 'deferred', 'refused', 'failed')")} AS settled
     FROM (SELECT entry.*, (SELECT run.pipeline_id FROM run WHERE run.id = $1) AS pipeline_id FROM entry
           WHERE entry.run_id = $1 AND entry.path > $2 ORDER BY entry.path LIMIT $3) AS page
     LEFT JOIN file ON file.pipeline_id = page.pipeline_id AND file.path = page.path
     ORDER BY page.path`,
    [id, after ?? '', limit],
  );
  return rows.map((row) => {
    const entry = entryRecord(row);
    const targetSize: number | null = row['target_size'];
    const here = row['claim_run'] === id && row['holder'] === null && targetSize !== null;
    // A file under a live claim has one more claim than outcomes.
    const open = entry.status === 'planned' && row['holder'] !== null ? 1 : 0;
    return {
      ...entry,
      why: row['plan_reason'],
      durationMs: row['duration_ms'] ?? undefined,
      retries: row['retries'],
      claims: row['claims'],
      claimsLost: Math.max(0, row['claims'] - row['settled'] - open),
      published:
        here && (entry.status === 'copied' || entry.status === 'adopted' || entry.status === 'unchanged')
          ? { size: targetSize, digest: JSON.parse(row['digest']) }
          : undefined,
    };
  });
}
