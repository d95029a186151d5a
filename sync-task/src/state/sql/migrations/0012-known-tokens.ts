/** The file's token when it was planned: events of the run have higher ones. Null where an older version planned it. */
export function knownTokens(): string[] {
  return ['ALTER TABLE entry ADD COLUMN known_token BIGINT'];
}
