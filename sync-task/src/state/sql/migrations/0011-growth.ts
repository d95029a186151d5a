/** Commands read what they are about: not what is settled, not what happened at other times, not every batch. */
export function growth(): string[] {
  return [
    `CREATE INDEX entry_to_do ON entry (run_id, number) WHERE number IS NOT NULL AND status IN ('planned', 'failed', 'refused')`,
    'CREATE INDEX event_by_time ON event (pipeline_id, at_ms)',
    'CREATE INDEX batch_by_entry ON batch (run_id, first_entry)',
  ];
}
