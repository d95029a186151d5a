import type { EventRecord } from '../../state.ts';
import type { Database, Query } from '../database.ts';

export interface NewEvent {
  readonly path: string;
  readonly event: EventRecord['event'];
  readonly token: number;
  readonly detail: string;
}

const columns = { path: 'text', event: 'text', token: 'bigint', detail: 'text' } as const;

export async function addEvents(
  transaction: Query,
  { pipelineId, run }: { readonly pipelineId: number; readonly run: string },
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await transaction.query(
    `INSERT INTO event (at_ms, pipeline_id, path, run_id, event, token, detail)
     SELECT ${transaction.dialect.nowMs}, $1, r.path, $2, r.event, r.token, r.detail
     FROM ${transaction.dialect.rows('$3', columns)}`,
    [pipelineId, run, JSON.stringify(events)],
  );
}

export async function eventsOf(database: Database, pipelineId: number, path: string): Promise<readonly EventRecord[]> {
  const rows = await database.query(
    'SELECT at_ms, run_id, event, token, detail FROM event WHERE pipeline_id = $1 AND path = $2 ORDER BY id',
    [pipelineId, path],
  );
  return rows.map((row) => ({
    atMs: row['at_ms'],
    run: row['run_id'],
    event: row['event'],
    token: row['token'],
    detail: row['detail'],
  }));
}
