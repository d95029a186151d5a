import type { Database } from '../database.ts';
import type { PipelineRecord } from '../state.ts';

export async function pipeline(database: Database, name: string): Promise<PipelineRecord> {
  const [row] = await database.query(
    'INSERT INTO pipeline (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id',
    [name],
  );
  return { id: row?.['id'], name };
}
