/** How long the attempt took that settled an entry, and how often attempts of one claim were begun again. */
export function work(): string[] {
  return [
    'ALTER TABLE entry ADD COLUMN duration_ms BIGINT',
    'ALTER TABLE entry ADD COLUMN retries BIGINT NOT NULL DEFAULT 0',
  ];
}
