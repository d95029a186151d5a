/** The keys of Airflow's pipeline files (`airflow/sync_task_airflow/pipeline.schema.json`): which options they are here. */

/** What only Airflow reads. */
export const airflowKeys: readonly string[] = [
  ...['description', 'docs', 'owner', 'tags', 'schedule', 'timezone', 'start_date', 'paused', 'health', 'pool'],
  ...['container', 'kubernetes', 'retries', 'notify', 'deadline', 'refresh'],
];

/** A block's keys as options ('': Airflow alone reads it), any option by its name, or one list. `gates` is a map of its own. */
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
