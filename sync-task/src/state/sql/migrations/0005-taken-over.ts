import type { Dialect } from '../database.ts';

/** Claims whose lease ended without a word: should their worker only have been frozen, it may still leave a draft. */
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
