import type { Owner } from '../../state.ts';
import type { Query, Row } from '../database.ts';
import { checkpointColumns } from './files.ts';

/** Files that the owner has claimed since they were read: their token is the next one. */
export async function heldSince(
  transaction: Query,
  { pipelineId, owner }: Owner,
  files: readonly Row[],
): Promise<Row[]> {
  if (files.length === 0) return [];
  return transaction.query(
    `SELECT file.path, file.token, intent, ${checkpointColumns}
     FROM ${transaction.dialect.rows('$1', { pipelineId: 'bigint', path: 'text', token: 'bigint' })} JOIN file
       ON file.pipeline_id = r."pipelineId" AND file.path = r.path AND file.token = r.token + 1
     WHERE coalesce(file.owner, '') = $2`,
    [JSON.stringify(files.map(({ path, token }) => ({ pipelineId, path, token }))), owner],
  );
}
