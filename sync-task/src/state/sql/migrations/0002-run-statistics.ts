import type { Dialect } from '../database.ts';

/** What a plan saw in each first-level folder, and (folder '') in all: the history that gates judge by. */
export function runStatistics({ types }: Dialect): string[] {
  return [
    `CREATE TABLE run_folder (
       run_id TEXT NOT NULL REFERENCES run (id),
       folder ${types.path} NOT NULL,
       files BIGINT NOT NULL,
       bytes BIGINT NOT NULL,
       largest BIGINT NOT NULL,
       PRIMARY KEY (run_id, folder)
     )`,
  ];
}
