import type { Dialect } from '../database.ts';

/** Claims whose lease ended in silence: a worker that was only frozen may still leave a draft. */
export function takenOver({ types }: Dialect): string[] {
  return [
    `CREATE TABLE taken_over (
       pipeline_id BIGINT NOT NULL REFERENCES pipeline (id),
       path ${types.path} NOT NULL,
       token BIGINT NOT NULL,
       run_id TEXT NOT NULL,
       at_ms BIGINT NOT NULL,
       PRIMARY KEY (pipeline_id, path, token)
     )`,
  ];
}
