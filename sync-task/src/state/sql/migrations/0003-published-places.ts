import type { Dialect } from '../database.ts';

/** Where a file stands at the target, with which time, and what was read for it: what verifying it needs. */
export function publishedPlaces({ types }: Dialect): string[] {
  return [
    `ALTER TABLE file ADD COLUMN target_path ${types.path}`,
    'ALTER TABLE file ADD COLUMN target_mtime_ms BIGINT',
    'ALTER TABLE file ADD COLUMN source_digest TEXT',
  ];
}
