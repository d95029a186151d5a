/** Where a pipeline reads and delivers (`config/location-identity.ts`); null until it is planned by a version that records it. */
export function places(): string[] {
  return ['ALTER TABLE pipeline ADD COLUMN source_place TEXT', 'ALTER TABLE pipeline ADD COLUMN target_place TEXT'];
}
