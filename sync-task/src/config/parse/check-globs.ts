import { badOption } from '../bad-option.ts';

/** Throws `usage` for globs of `--include` and `--exclude` that are slips: they would match nothing, silently. */
export function checkGlobs(value: unknown, as: string): void {
  for (const glob of [value].flat().map(String)) {
    const bare = glob.replace(/\\./g, '').replace(/\{[^{}]*\}/g, '');
    if (bare.split(',').filter((part) => part.includes('*')).length > 1) {
      throw badOption(
        as,
        `a comma separates nothing in a glob; give it once for each, or write {a,b} (${JSON.stringify(glob)})`,
      );
    }
    if (bare.replace(/\[[^\]]+\]/g, '').includes('[')) {
      throw badOption(as, `"[" is never closed in ${JSON.stringify(glob)}; a plain one is written "\\["`);
    }
  }
}
