import { SyncError } from '../../../base/errors.ts';
import type { KnownLocations, PipelineRecord } from '../../state.ts';
import type { Database, Row } from '../database.ts';
import { leased } from './leases.ts';

const columns = 'id, name, source_place, target_place';

export async function pipeline(database: Database, name: string): Promise<PipelineRecord> {
  const [row] = await database.query(
    `INSERT INTO pipeline (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING ${columns}`,
    [name],
  );
  return pipelineRecord(row ?? {});
}

export async function findPipeline(database: Database, name: string): Promise<PipelineRecord | undefined> {
  const [row] = await database.query(`SELECT ${columns} FROM pipeline WHERE name = $1`, [name]);
  return row && pipelineRecord(row);
}

export async function pipelines(database: Database): Promise<readonly PipelineRecord[]> {
  const rows = await database.query(`SELECT ${columns} FROM pipeline ORDER BY id`);
  return rows.map(pipelineRecord);
}

function pipelineRecord(row: Row): PipelineRecord {
  return {
    id: row['id'],
    name: row['name'],
    source: row['source_place'] ?? undefined,
    target: row['target_place'] ?? undefined,
  };
}

/** Writes only where the recorded locations are still those of `before`. */
export async function recordLocations(
  database: Database,
  { id, source, target }: PipelineRecord,
  locations: KnownLocations,
): Promise<PipelineRecord> {
  await database.query(
    `UPDATE pipeline SET source_place = $2, target_place = $3
     WHERE id = $1 AND coalesce(source_place, '') = $4 AND coalesce(target_place, '') = $5`,
    [id, locations.source, locations.target, source ?? '', target ?? ''],
  );
  const [row] = await database.query(`SELECT ${columns} FROM pipeline WHERE id = $1`, [id]);
  return pipelineRecord(row ?? {});
}

/**
 * Makes every file new to the next plan. Fencing tokens keep growing, so workers on the old target lose their claims. Throws
 * `transient` while any claim is live.
 */
export async function forgetDelivered(
  database: Database,
  { id, name }: PipelineRecord,
  locations: KnownLocations,
): Promise<void> {
  await database.transaction(async (transaction) => {
    const [held] = await transaction.query(
      `SELECT 1 AS held FROM file WHERE pipeline_id = $1 AND owner > '' AND ${leased(database.dialect.nowMs)} LIMIT 1`,
      [id],
    );
    if (held) {
      throw new SyncError(`pipeline ${name}: a worker is still delivering to its former target; run this again later`, {
        kind: 'transient',
        reason: 'lease-held',
      });
    }
    await transaction.query(
      `UPDATE file SET token = token + 1, owner = NULL, lease_until_ms = 0, intent = NULL, size = NULL, mtime_ms = NULL, chain = NULL,
         target_size = NULL, digest = NULL, target_path = NULL, target_mtime_ms = NULL, source_digest = NULL WHERE pipeline_id = $1`,
      [id],
    );
    for (const statement of [
      'DELETE FROM target_owner WHERE pipeline_id = $1',
      'DELETE FROM taken_over WHERE pipeline_id = $1',
      'DELETE FROM row_key WHERE holder IN (SELECT id FROM key_holder WHERE pipeline_id = $1)',
      'DELETE FROM key_holder WHERE pipeline_id = $1',
    ]) {
      await transaction.query(statement, [id]);
    }
    await transaction.query('UPDATE pipeline SET source_place = $2, target_place = $3 WHERE id = $1', [
      id,
      locations.source,
      locations.target,
    ]);
  });
}

/** Renames `old`. A pipeline with the new name may exist only where it never planned anything. Throws `usage`. */
export async function takeOver(database: Database, name: string, old: string): Promise<void> {
  let id: number | undefined;
  await database.transaction(async (transaction) => {
    // Again, after a commit whose answer was lost: it has the new name already.
    if (id !== undefined) {
      const [renamed] = await transaction.query('SELECT name FROM pipeline WHERE id = $1', [id]);
      if (renamed?.['name'] === name) return;
    }
    const [row] = await transaction.query('SELECT id FROM pipeline WHERE name = $1', [old]);
    if (!row) {
      throw new SyncError(`${database.label} knows no pipeline ${old}: check --from and --state`, {
        kind: 'usage',
        reason: 'no-such-pipeline',
      });
    }
    id = row['id'];
    const used = await transaction.query(
      `SELECT 1 AS used FROM pipeline WHERE name = $1
       AND (EXISTS (SELECT 1 FROM run WHERE run.pipeline_id = pipeline.id)
         OR EXISTS (SELECT 1 FROM file WHERE file.pipeline_id = pipeline.id))`,
      [name],
    );
    if (used.length > 0) {
      throw new SyncError(
        `pipeline ${name} has a history of its own, and two can't be joined: choose another --pipeline`,
        {
          kind: 'usage',
          reason: 'pipeline-in-use',
        },
      );
    }
    await transaction.query('DELETE FROM pipeline WHERE name = $1', [name]);
    // The new name may come with new addresses for the same files: the next plan records them.
    await transaction.query('UPDATE pipeline SET name = $1, source_place = NULL, target_place = NULL WHERE id = $2', [
      name,
      row['id'],
    ]);
  });
}
