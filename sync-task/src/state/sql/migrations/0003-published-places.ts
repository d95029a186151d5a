import type { Dialect } from '../database.ts';

/** What verifying needs: the path and time of a file at the target, and the digest of what was read for it. */
export function publishedPlaces({ types }: Dialect): string[] {
  return [
    `ALTER TABLE file ADD COLUMN target_path ${types.path}`,
    'ALTER TABLE file ADD COLUMN target_mtime_ms BIGINT',
    'ALTER TABLE file ADD COLUMN source_digest TEXT',
  ];
}
