/**
 * `npm run bench:order`: the cost of a server that is not known to keep the order of requests. The same sshd serves under its own name
 * and under an unknown one, with the same work by turns. Stores `bench/results/order.json`. `--only TEXT` measures only titles that
 * contain TEXT, and keeps the other stored results.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BuiltCode, builtCode } from './built-code.ts';
import type { Case } from './cases.ts';
import { openLab } from './lab.ts';
import { openLink } from './links.ts';
import type { Measurement } from './measure.ts';
import type { OrderCase, OrderResult, OrderWay } from './order-results.ts';
import type { Command, Peer } from './peers/peer.ts';
import { syncTask } from './peers/sync-task.ts';
import { checkOpenSsh, sshd, startServer } from './servers.ts';
import { type Arena, takeTurn } from './turn.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, only: { type: 'string', default: '' } },
});
const work = join(import.meta.dirname, '.work');
const stored = join(import.meta.dirname, 'results/order.json');

/** Short turns: other load is the same for neighbours, and cancels out in their ratio. */
const trees: readonly Pick<Case, 'title' | 'data'>[] = [
  { title: '2,000 × 4 KiB', data: { kind: 'even', files: 2000, fileBytes: 4096, folders: 20 } },
  { title: 'one file of 256 MiB', data: { kind: 'even', files: 1, fileBytes: 256 * 1024 ** 2, folders: 1 } },
];
const cases: readonly Case[] = trees.flatMap((tree) =>
  [0, 20].map((roundTripMs) => ({ ...tree, name: 'order', work: 'copy' as const, roundTripMs, peers: [], goal: {} })),
);
/** Here nothing hides the round trips. */
const oneByOne: Case = {
  ...(cases[1] as Case),
  title: '20 × 4 KiB, one after the other',
  data: { kind: 'even', files: 20, fileBytes: 4096, folders: 1 },
};

function contestant(built: BuiltCode, each: Case): Peer {
  const peer = syncTask(built);
  if (each !== oneByOne) return peer;
  const one = (command: Command) => ({ ...command, env: { ...command.env, SYNC_TASK_FILES: '1' } });
  return { ...peer, steps: (job) => peer.steps(job)?.map((step) => step.map(one)) };
}

/** The key exchange hashes sshd's name, so no proxy can change it. A patched copy of the program can. */
function disguised(folder: string): string {
  const program = readFileSync(sshd, 'latin1');
  const text = program.replace(/OpenSSH_(?=\d)/g, 'Another_');
  if (text === program) throw new Error(`${sshd} does not hold its name`);
  const file = join(folder, 'another-sshd');
  writeFileSync(file, text, 'latin1');
  chmodSync(file, 0o755);
  return file;
}

/** The same build, without the check whether a server keeps the order. */
async function takingOrderForGranted(folder: string): Promise<BuiltCode> {
  const code = await builtCode(folder, undefined);
  const question = 'function keepsOrder(identification, extensions) {';
  let found = 0;
  for (const name of await readdir(join(folder, 'dist'))) {
    const file = join(folder, 'dist', name);
    const text = name.endsWith('.js') ? readFileSync(file, 'utf8') : '';
    if (!text.includes(question)) continue;
    found++;
    writeFileSync(file, text.replace(question, `${question} return true;`));
  }
  if (found !== 1) throw new Error(`the build asks for the order in ${found} places instead of one`);
  return code;
}

checkOpenSsh();
mkdirSync(work, { recursive: true });
const [load] = loadavg() as [number];
const code = await builtCode(join(work, 'order'), undefined);
const granting = await takingOrderForGranted(join(work, 'granted'));
await using lab = await openLab(() => Promise.reject(new Error('no bucket is measured')));
await using stack = new AsyncDisposableStack();
const another = join(lab.scratch, 'another');
mkdirSync(another);
const program = disguised(another);
const source = stack.use(await startServer(join(another, 'source'), lab.key, program));
const target = stack.use(await startServer(join(another, 'target'), lab.key, program));
const anotherLab = { ...lab, servers: [source.pid, target.pid] };
const signal = new AbortController().signal;

async function measured(each: Case): Promise<OrderCase> {
  const common = { each, tree: await lab.tree(each.data, 1), postgres: undefined, limitMs: 600_000, signal };
  const known: Arena = { ...common, lab, link: await lab.link(each.roundTripMs) };
  await using link = await openLink(another, { source, target }, lab.key, each.roundTripMs);
  const ways: readonly { readonly way: OrderWay; readonly arena: Arena; readonly code: BuiltCode }[] = [
    { way: 'known', arena: known, code },
    { way: 'granted', arena: known, code: granting },
    { way: 'unknown', arena: { ...common, lab: anotherLab, link }, code },
  ];
  const runs: Record<OrderWay, Measurement[]> = { known: [], granted: [], unknown: [] };
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const { way, arena, code: built } of round % 2 === 0 ? ways : ways.toReversed()) {
      const measurement = await takeTurn(arena, contestant(built, each));
      if (round >= 0) runs[way].push(measurement); // the first one warms up
      console.log(
        `${each.title}, ${each.roundTripMs} ms, round ${round + 1}: ${way} ${(measurement.wallMs / 1000).toFixed(2)} s`,
      );
    }
  }
  return { title: each.title, files: common.tree.files, roundTripMs: each.roundTripMs, runs };
}

const known: readonly OrderCase[] = existsSync(stored) ? JSON.parse(readFileSync(stored, 'utf8')).cases : [];
const results: OrderCase[] = [];
for (const each of [...cases, oneByOne]) {
  const isSame = (other: OrderCase) => other.title === each.title && other.roundTripMs === each.roundTripMs;
  const before = known.find(isSame);
  if (each.title.includes(values.only)) results.push(await measured(each));
  else if (before) results.push(before);
}
const result: OrderResult = {
  measuredAt: new Date().toISOString(),
  cores: availableParallelism(),
  load,
  cases: results,
};
writeFileSync(stored, `${JSON.stringify(result, null, 2)}\n`);
