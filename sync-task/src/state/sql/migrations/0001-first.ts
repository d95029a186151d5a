import type { Dialect } from '../database.ts';

/**
 * Sizes are bytes, times milliseconds. `file` and `entry` are looked up by path, so paths compare by their bytes. `event` only
 * grows. Nothing refers to its rows: partition it by `at_ms` where it outgrows one table.
 */
export function first({ types }: Dialect): string[] {
  return [
    `CREATE TABLE pipeline (
       id ${types.identity},
       name TEXT NOT NULL UNIQUE
     )`,
    `CREATE TABLE run (
       id TEXT PRIMARY KEY,
       pipeline_id BIGINT NOT NULL REFERENCES pipeline (id),
       status TEXT NOT NULL,
       plan_token BIGINT NOT NULL,
       created_ms BIGINT NOT NULL,
       finished_ms BIGINT,
       listed BIGINT,
       unchanged BIGINT,
       excluded BIGINT,
       details TEXT NOT NULL
     )`,
    'CREATE INDEX run_by_pipeline ON run (pipeline_id, created_ms)',
    `CREATE TABLE batch (
       run_id TEXT NOT NULL REFERENCES run (id),
       number BIGINT NOT NULL,
       first_entry BIGINT NOT NULL,
       last_entry BIGINT NOT NULL,
       files BIGINT NOT NULL,
       bytes BIGINT NOT NULL,
       PRIMARY KEY (run_id, number)
     )`,
    `CREATE TABLE entry (
       run_id TEXT NOT NULL REFERENCES run (id),
       path ${types.path} NOT NULL,
       number BIGINT,
       size BIGINT NOT NULL,
       mtime_ms BIGINT NOT NULL,
       chain TEXT NOT NULL,
       plan_reason TEXT NOT NULL,
       status TEXT NOT NULL,
       kind TEXT,
       reason TEXT NOT NULL,
       message TEXT NOT NULL,
       owner TEXT,
       PRIMARY KEY (run_id, path)
     )`,
    'CREATE INDEX entry_by_number ON entry (run_id, number)',
    `CREATE TABLE file (
       pipeline_id BIGINT NOT NULL REFERENCES pipeline (id),
       path ${types.path} NOT NULL,
       token BIGINT NOT NULL,
       owner TEXT,
       lease_until_ms BIGINT NOT NULL,
       claim_run TEXT NOT NULL,
       intent TEXT,
       size BIGINT,
       mtime_ms BIGINT,
       chain TEXT,
       target_size BIGINT,
       digest TEXT,
       PRIMARY KEY (pipeline_id, path)
     )`,
    'CREATE INDEX file_by_owner ON file (owner) WHERE owner IS NOT NULL',
    `CREATE TABLE event (
       id ${types.identity},
       at_ms BIGINT NOT NULL,
       pipeline_id BIGINT NOT NULL,
       path ${types.path} NOT NULL,
       run_id TEXT NOT NULL,
       event TEXT NOT NULL,
       token BIGINT NOT NULL,
       detail TEXT NOT NULL
     )`,
    'CREATE INDEX event_by_file ON event (pipeline_id, path)',
  ];
}
