/**
 * Recovery reads a handful of rows, however many files and events there are: what is still claimed, by whom, and the claims of
 * one file. `lease_ms` is the length of the lease: an end farther off than that shows that the clock was put back.
 */
export function lookUps(): string[] {
  return [
    'ALTER TABLE file ADD COLUMN lease_ms BIGINT',
    'DROP INDEX file_by_owner',
    'CREATE INDEX file_held ON file (owner) WHERE lease_until_ms > 0',
    'CREATE INDEX file_left ON file (pipeline_id, path) WHERE owner IS NOT NULL',
    // As an index of the run alone, Postgres used it to find a path: it read all entries of the run for each.
    'DROP INDEX entry_by_number',
    'CREATE INDEX entry_by_number ON entry (run_id, number) WHERE number IS NOT NULL',
    'DROP INDEX event_by_file',
    'CREATE INDEX event_of_file ON event (pipeline_id, path, event, token)',
    `CREATE INDEX key_holder_unsettled ON key_holder (pipeline_id, path) WHERE status <> 'published'`,
  ];
}
