/**
 * Globs over relative paths. Only this file knows the library behind them.
 *
 * - A glob with a `/` matches the whole path: `logs/*.txt` is `logs/a.txt`, never `old/logs/a.txt`. A leading `/` says the same.
 * - A glob without a `/` matches the base name at any depth, as in `.gitignore`: `*.txt` is `a.txt` and `logs/old/a.txt`.
 * - `*` stays inside one folder, `**` crosses them, `{a,b}`, `[a-z]`, `!(x)` and `\*` do what they do in bash.
 * - Names that start with a dot are not special. Case matters.
 *
 * Globs match files, never folders: everything below `logs` is `logs/**`. `logs/` would match nothing, so it is refused, as is
 * every other glob that can only be a slip: silently matching nothing is the worst answer here.
 */
import picomatch from 'picomatch';
import { SyncError } from './errors.ts';

/** Tests whether a path matches any of the globs; without globs none does. Throws `usage` for a glob that can only be a slip. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const tests = globs.map(compile);
  return (path) => tests.some((test) => test(path));
}

function compile(glob: string): (path: string) => boolean {
  if (glob === '' || glob === '/') throw invalid(glob, 'it is empty');
  if (glob.endsWith('/')) throw invalid(glob, `globs match files; for all below the folder write "${glob}**"`);
  const pattern = glob.startsWith('/') ? glob.slice(1) : glob;
  if (pattern.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid(glob, 'paths start at the root of the source and have no empty, "." or ".." part');
  }
  if (glob.startsWith('!') && !glob.startsWith('!(')) {
    throw invalid(glob, 'a leading "!" is not supported; write "\\!" for a name that starts with it');
  }
  const test = compiled(pattern, glob);
  return glob.includes('/') ? test : (path) => test(path.slice(path.lastIndexOf('/') + 1));
}

function compiled(pattern: string, glob: string): (path: string) => boolean {
  try {
    return picomatch(pattern, {
      dot: true,
      nonegate: true,
      windows: false,
      // `logs/**` is what is inside, not a file named `logs`.
      strictSlashes: true,
      // Wildcards also match a line break in a name.
      flags: 's',
      // Without this, a pattern that does not compile silently matches nothing.
      debug: true,
    });
  } catch (error) {
    throw invalid(glob, error instanceof Error ? error.message : String(error), error);
  }
}

function invalid(glob: string, why: string, cause?: unknown): SyncError {
  return new SyncError(`glob "${glob}": ${why}`, { kind: 'usage', reason: 'bad-glob', cause });
}
