/** The source and target of a pipeline (`config/location-identity.ts`); null until a version that records them plans it. */
export function places(): string[] {
  return ['ALTER TABLE pipeline ADD COLUMN source_place TEXT', 'ALTER TABLE pipeline ADD COLUMN target_place TEXT'];
}
