/** Maps the keys of Airflow's pipeline files (`airflow/sync_task_airflow/pipeline.schema.json`) to options. */

/** Keys that only Airflow reads. */
export const airflowKeys: readonly string[] = [
  ...['description', 'docs', 'owner', 'tags', 'schedule', 'timezone', 'start_date', 'paused', 'health', 'pool'],
  ...['container', 'kubernetes', 'retries', 'notify', 'deadline', 'refresh'],
];

/** The options behind a block's keys ('': only Airflow reads it). `options`: any option by its name; `list`: one list; `gates`: gate → action. */
export const airflowBlocks: Readonly<Record<string, Readonly<Record<string, string>> | 'options' | 'list'>> = {
  selection: { prefix: 'prefix', include: 'include', exclude: 'exclude', since: 'since', date_folder: '' },
  settle: { min_age: 'min-age', stable: 'stable', marker: 'marker' },
  batches: {
    files: 'batch-files',
    bytes: 'batch-bytes',
    max: 'max-batches',
    max_files: 'max-files',
    max_bytes: 'max-bytes',
    parallel: '',
  },
  settings: 'options',
  gates: {},
  transforms: 'list',
};
