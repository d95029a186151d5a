/** The duration of the attempt that settled an entry, and the retries within one claim. */
export function work(): string[] {
  return [
    'ALTER TABLE entry ADD COLUMN duration_ms BIGINT',
    'ALTER TABLE entry ADD COLUMN retries BIGINT NOT NULL DEFAULT 0',
  ];
}
