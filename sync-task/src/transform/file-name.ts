/** Suffixes that come and go with a transform. */

/** `a.csv.gz` → `a.csv`. A name that has none of the suffixes, or is nothing else, stays. */
export function withoutSuffix(name: string, suffixes: readonly string[]): string {
  const found = suffixes.find((suffix) => name.length > suffix.length && name.toLowerCase().endsWith(suffix));
  return found === undefined ? name : name.slice(0, -found.length);
}
