import type { Dialect } from '../database.ts';

/**
 * Keys of rows for `dedup` across runs: which attempt at which file has them. One row of `key_holder` says what became of the
 * attempt, so publishing or giving up a file with a million keys changes one row.
 */
export function rowKeys({ types }: Dialect): string[] {
  return [
    `CREATE TABLE key_holder (
       id ${types.identity},
       pipeline_id BIGINT NOT NULL REFERENCES pipeline (id),
       path ${types.path} NOT NULL,
       token BIGINT NOT NULL,
       age BIGINT NOT NULL,
       status TEXT NOT NULL
     )`,
    'CREATE INDEX key_holder_by_file ON key_holder (pipeline_id, path)',
    `CREATE TABLE row_key (
       key ${types.path} NOT NULL,
       holder BIGINT NOT NULL,
       PRIMARY KEY (key, holder)
     )`,
    'CREATE INDEX row_key_by_holder ON row_key (holder)',
  ];
}
