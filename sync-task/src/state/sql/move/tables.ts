/** The tables of one pipeline, ordered so that no row refers to a later one. */
import type { ColumnType } from '../database.ts';

export interface MovedTable {
  readonly name: string;
  /** Without columns that every state numbers by itself. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Unique within one `of`. Rows are read and written in this order. */
  readonly key: readonly string[];
  /** The column that says what a row belongs to. */
  readonly of: 'pipeline_id' | 'run_id' | 'holder';
  /** Columns with paths, or keys of paths. */
  readonly paths: readonly string[];
}

const text = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'text' as const]));
const bigint = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'bigint' as const]));

export const run: MovedTable = {
  name: 'run',
  columns: {
    ...text('id', 'status', 'details'),
    ...bigint('plan_token', 'created_ms', 'finished_ms', 'listed', 'unchanged', 'excluded'),
  },
  key: ['id'],
  of: 'pipeline_id',
  paths: [],
};

/** They follow each run. */
export const ofRun: readonly MovedTable[] = [
  {
    name: 'run_folder',
    columns: { ...text('folder'), ...bigint('files', 'bytes', 'largest') },
    key: ['folder'],
    of: 'run_id',
    paths: ['folder'],
  },
  {
    name: 'batch',
    columns: bigint('number', 'first_entry', 'last_entry', 'files', 'bytes'),
    key: ['number'],
    of: 'run_id',
    paths: [],
  },
  {
    name: 'entry',
    columns: {
      ...text('path', 'chain', 'plan_reason', 'status', 'kind', 'reason', 'message', 'owner'),
      ...bigint('number', 'size', 'mtime_ms', 'duration_ms', 'retries', 'known_token'),
    },
    key: ['path'],
    of: 'run_id',
    paths: ['path'],
  },
];

export const ofPipeline: readonly MovedTable[] = [
  {
    name: 'file',
    columns: {
      ...text('path', 'owner', 'claim_run', 'intent', 'chain', 'digest', 'target_path', 'source_digest'),
      ...bigint('token', 'lease_until_ms', 'lease_ms', 'size', 'mtime_ms', 'target_size', 'target_mtime_ms'),
    },
    key: ['path'],
    of: 'pipeline_id',
    paths: ['path', 'target_path'],
  },
  {
    name: 'event',
    columns: { ...text('path', 'run_id', 'event', 'detail'), ...bigint('at_ms', 'token') },
    key: ['id'],
    of: 'pipeline_id',
    paths: ['path'],
  },
  {
    name: 'taken_over',
    columns: { ...text('path', 'run_id'), ...bigint('token', 'at_ms') },
    key: ['path', 'token'],
    of: 'pipeline_id',
    paths: ['path'],
  },
  {
    name: 'target_owner',
    columns: { ...text('place', 'path', 'run_id'), ...bigint('aside') },
    key: ['place'],
    of: 'pipeline_id',
    paths: ['place', 'path'],
  },
];

/** Holders of row keys. Their number gives their `age`. */
export const holder: MovedTable = {
  name: 'key_holder',
  columns: { ...text('path', 'status'), ...bigint('token') },
  key: ['id'],
  of: 'pipeline_id',
  paths: ['path'],
};

/** They follow each holder. */
export const keys: MovedTable = { name: 'row_key', columns: text('key'), key: ['key'], of: 'holder', paths: [] };

export const longPath: MovedTable = {
  name: 'long_path',
  columns: text('key', 'path'),
  key: ['key'],
  of: 'pipeline_id',
  paths: [],
};

/** The version of the export's format. */
export const FORM = 1;

export interface Header {
  readonly syncTaskState: number;
  /** The schema version: a state of another version has other tables. */
  readonly schema: number;
  readonly pipeline: string;
  readonly source: string | null;
  readonly target: string | null;
}
