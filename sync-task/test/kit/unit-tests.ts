/** Which tests start no server and no process: those that import, over whatever of ours, nothing that could. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const STARTS = /^node:(child_process|http|https|net)$/;
/** The runners of the simulator; its parts are in one process, but take a while. */
const SLOW = /sync-task\/test\/simulation\//;

/** Files from the root of the checkout. */
export function unitTests(): readonly string[] {
  const known = new Map<string, boolean>();
  return globSync('sync-task/test/**/*.test.ts', { cwd: root, exclude: ['sync-task/test/{e2e,faults,simulation}/**'] })
    .filter((file) => isQuiet(join(root, file), known))
    .sort();
}

function isQuiet(file: string, known: Map<string, boolean>): boolean {
  const before = known.get(file);
  if (before !== undefined) return before;
  known.set(file, true); // for those that import each other
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(
    ([, name]) => name as string,
  );
  const quiet =
    !SLOW.test(relative(root, file)) &&
    imports.every((name) => {
      if (!name.startsWith('.')) return !STARTS.test(name);
      const imported = join(dirname(file), name);
      // What the product itself could start is started by asking it to, over the kit.
      return imported.includes('/sync-task/src/') || isQuiet(imported, known);
    });
  known.set(file, quiet);
  return quiet;
}
