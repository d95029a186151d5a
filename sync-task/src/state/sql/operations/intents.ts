import type { ClaimOwner, IntentRow } from '../../state.ts';
import type { Database } from '../database.ts';
import { addEvents } from './events.ts';

const columns = { pipelineId: 'bigint', path: 'text', token: 'bigint', owner: 'text', intent: 'text' } as const;

/** Records intents where the claim still holds. */
export async function saveIntents(
  database: Database,
  { pipelineId, run, owner }: ClaimOwner,
  rows: readonly IntentRow[],
): Promise<ReadonlySet<string>> {
  return database.transaction(async (transaction) => {
    const saved = await transaction.query(
      `UPDATE file SET intent = r.intent FROM ${database.dialect.rows('$1', columns)}
       WHERE file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token AND coalesce(file.owner, '') = r.owner
       RETURNING file.path, file.token`,
      [
        JSON.stringify(
          rows.map(({ path, token, intent }) => ({ pipelineId, path, token, owner, intent: JSON.stringify(intent) })),
        ),
      ],
    );
    await addEvents(
      transaction,
      { pipelineId, run },
      saved.map((row) => ({ path: row['path'], event: 'intent', token: row['token'], detail: '' })),
    );
    return lost(
      rows,
      saved.map((row) => row['path']),
    );
  });
}

/** The paths asked for that are not among those done. */
export function lost(asked: readonly { readonly path: string }[], done: readonly string[]): Set<string> {
  const kept = new Set(done);
  return new Set(asked.map(({ path }) => path).filter((path) => !kept.has(path)));
}
