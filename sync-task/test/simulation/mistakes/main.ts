/**
 * `npm run simulate:mistakes`: brings each mistake back in a copy of the sources, and checks that the simulator finds it.
 *
 *     npm run simulate:mistakes -- [--only NAME,…] [--seed N] [--bases N] [--count N] [--jobs N]
 *
 * A seed finds a mistake if it fails with the mistake and passes without it. The search starts from several bases and tries at
 * most `count` seeds from each; a table shows how many were needed. Exits with 1 unless every base finds every mistake.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { kinds, type Mistake, others } from './mistakes.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    bases: { type: 'string', default: '3' },
    count: { type: 'string', default: '2000' },
    jobs: { type: 'string', default: '2' },
  },
});

const project = resolve(import.meta.dirname, '../../..');
const folder = join(project, '../.cache/mistakes');
const first = values.seed === undefined ? randomInt(2 ** 30) : Number(values.seed);
const count = Number(values.count);
/** Distance between the seeds of two bases. */
const bases = Array.from({ length: Number(values.bases) }, (_, base) => first + base * 1_000_000);

/** Throws unless the sources contain the text exactly once: otherwise the mistake must be rewritten. */
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

/** The first seed that fails. */
async function failing(tree: string, seed: number, most: number): Promise<Found | undefined> {
  const flags = ['--seed', String(seed), '--count', String(most), '--no-shrink', '--brief'];
  const child = spawn(process.execPath, [join(tree, 'test/simulation/main.ts'), ...flags]);
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  child.stderr.on('data', (data) => {
    said += data;
  });
  const code = await new Promise<number>((done) => child.on('close', (code) => done(code ?? 1)));
  if (code === 0) return undefined;
  const found = /^found (\d+) (.*)$/m.exec(said);
  if (!found) throw new Error(`the simulator broke in ${tree}: ${said.slice(-2000)}`);
  return { seed: Number(found[1]), what: found[2] ?? '' };
}

/** How many seeds it took. */
async function lookFrom(tree: string, base: number): Promise<(Found & { readonly seeds: number }) | undefined> {
  for (let seed = base; seed < base + count; ) {
    const found = await failing(tree, seed, base + count - seed);
    if (!found) return undefined;
    if (!(await failing(project, found.seed, 1))) return { ...found, seeds: found.seed - base + 1 };
    seed = found.seed + 1;
  }
  return undefined;
}

async function look(mistake: Mistake): Promise<boolean> {
  const tree = copyWith(mistake);
  const all = [];
  for (const base of bases) all.push(await lookFrom(tree, base));
  rmSync(tree, { recursive: true });
  const seeds = all.map((found) => found?.seeds ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const whats = [...new Set(all.flatMap((found) => found?.what ?? []))];
  const isFound = all.every((found) => found !== undefined);
  const tries = seeds.map((each) => (Number.isFinite(each) ? each : `none in ${count}`)).join(', ');
  console.log(`| ${mistake.name} | ${whats.join(', ')} | ${seeds[Math.floor(seeds.length / 2)]} | ${tries} |`);
  return isFound;
}

const wanted = values.only?.split(',');
const waiting = [...kinds, ...others].filter(({ name }) => wanted === undefined || wanted.includes(name));
console.log(`${waiting.length} mistakes, seeds from ${bases.join(', ')}, at most ${count} from each\n`);
console.log('| mistake | found as | median seeds | seeds |\n| --- | --- | --- | --- |');
async function work(): Promise<void> {
  for (let mistake = waiting.shift(); mistake; mistake = waiting.shift()) {
    if (!(await look(mistake))) process.exitCode = 1;
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
