/**
 * `npm run simulate:mistakes`: brings each mistake back in a copy of the sources, and lets the simulator look for it.
 *
 *     npm run simulate:mistakes -- [--only NAME,…] [--seed N] [--count N]
 *
 * A seed counts where it fails with the mistake and passes without. Ends with 1 where a mistake is not found.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { kinds, type Mistake, others } from './mistakes.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    count: { type: 'string', default: '20000' },
  },
});

const project = resolve(import.meta.dirname, '../../..');
const folder = join(project, '../.cache/mistakes');
const first = values.seed === undefined ? randomInt(2 ** 30) : Number(values.seed);
const count = Number(values.count);

/** Throws where the sources hold the place not exactly once: then the mistake is to be written anew. */
function copyWith({ name, edits }: Mistake): string {
  const copy = join(folder, name);
  rmSync(copy, { recursive: true, force: true });
  for (const part of ['src', 'test/simulation', 'test/faults/kit']) {
    mkdirSync(join(copy, part), { recursive: true });
    cpSync(join(project, part), join(copy, part), { recursive: true });
  }
  for (const { file, find, replace } of edits) {
    const path = join(copy, 'src', file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2) throw new Error(`${name}: ${file} holds ${JSON.stringify(find)} ${parts.length - 1} times`);
    writeFileSync(path, parts.join(replace));
  }
  return copy;
}

interface Found {
  readonly seed: number;
  readonly what: string;
}

/** The first seed that fails there. */
function failing(tree: string, seed: number, most: number): Found | undefined {
  const flags = ['--seed', String(seed), '--count', String(most), '--no-shrink', '--brief'];
  const main = join(tree, 'test/simulation/main.ts');
  try {
    execFileSync(process.execPath, [main, ...flags], { encoding: 'utf8' });
    return undefined;
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    const found = /^found (\d+) (.*)$/m.exec(stdout ?? '');
    return { seed: Number(found?.[1] ?? seed), what: found?.[2] ?? 'the simulator broke' };
  }
}

function look(mistake: Mistake): boolean {
  const tree = copyWith(mistake);
  for (let seed = first; seed < first + count; ) {
    const found = failing(tree, seed, first + count - seed);
    if (!found) break;
    if (!failing(project, found.seed, 1)) {
      console.log(`${mistake.name}: ${found.what}, after ${found.seed - first + 1} seeds (${found.seed})`);
      rmSync(tree, { recursive: true });
      return true;
    }
    seed = found.seed + 1;
  }
  console.log(`${mistake.name}: NOT FOUND in ${count} seeds from ${first}`);
  return false;
}

const wanted = values.only?.split(',');
const all = [...kinds, ...others].filter(({ name }) => wanted === undefined || wanted.includes(name));
console.log(`${all.length} mistakes, seeds from ${first}`);
process.exitCode = all.map(look).every(Boolean) ? 0 : 1;
