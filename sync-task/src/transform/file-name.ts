/** Suffixes that a transform adds or removes. */

/** `a.csv.gz` → `a.csv`. A name without one of the suffixes, or that is only a suffix, stays. */
export function withoutSuffix(name: string, suffixes: readonly string[]): string {
  const found = suffixes.find((suffix) => name.length > suffix.length && name.toLowerCase().endsWith(suffix));
  return found === undefined ? name : name.slice(0, -found.length);
}
