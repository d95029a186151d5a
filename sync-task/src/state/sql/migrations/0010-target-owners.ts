import type { Dialect } from '../database.ts';

/**
 * Which file owns a target path that differs from its own, because a transform renames the file or writes beside it. A file that
 * keeps its path owns that without a row (`operations/target-owners.ts`).
 */
export function targetOwners({ types }: Dialect): string[] {
  return [
    `CREATE TABLE target_owner (
       pipeline_id BIGINT NOT NULL REFERENCES pipeline (id),
       place ${types.path} NOT NULL,
       path ${types.path} NOT NULL,
       aside BIGINT NOT NULL,
       run_id TEXT NOT NULL,
       PRIMARY KEY (pipeline_id, place)
     )`,
    `INSERT INTO target_owner (pipeline_id, place, path, aside, run_id)
     SELECT pipeline_id, target_path, path, 0, '' FROM file
     WHERE target_path IS NOT NULL AND target_path <> path AND size IS NOT NULL
     ON CONFLICT (pipeline_id, place) DO NOTHING`,
  ];
}
