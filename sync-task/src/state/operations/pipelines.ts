import { SyncError } from '../../errors.ts';
import type { Database } from '../database.ts';
import type { PipelineRecord } from '../state.ts';

export async function pipeline(database: Database, name: string): Promise<PipelineRecord> {
  const [row] = await database.query(
    'INSERT INTO pipeline (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id',
    [name],
  );
  return { id: row?.['id'], name };
}

/** Renames `old`. A pipeline of the new name may stand only where nothing was ever planned in it. Throws `usage`. */
export async function takeOver(database: Database, name: string, old: string): Promise<void> {
  let id: number | undefined;
  await database.transaction(async (transaction) => {
    // Again, where the answer to the commit was lost: it has the new name already.
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
    await transaction.query('UPDATE pipeline SET name = $1 WHERE id = $2', [name, row['id']]);
  });
}
