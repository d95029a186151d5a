/**
 * Every server that is here, as source and as target. `--full`: with a file of 100 MB; `--doc`: writes docs/servers.md;
 * `--only NAME`: one of them. Under CI a server that is not here is a failure.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { orderCosts } from '../../../bench/order-results.ts';
import { journey } from './journey.ts';
import type { Role } from './place.ts';
import { type Program, programs, type RunningServer } from './programs.ts';
import { type Report, serversDoc } from './servers-doc.ts';
import { login, refusal } from './short-journeys.ts';

const { values } = parseArgs({
  options: { full: { type: 'boolean' }, doc: { type: 'boolean' }, only: { type: 'string' } },
});
const root = join(import.meta.dirname, '../../..');
const bundle = join(root, 'dist/bin.js');
if (!existsSync(bundle)) throw new Error('build it first: npm run build');
/** By `npm run bench:order`. */
const measured = join(root, 'bench/results/order.json');
const options = { program: bundle, largeBytes: values.full ? 100_000_000 : 8_000_000 };

const reports: Report[] = [];
const failed: string[] = [];
const skipped: string[] = [];

async function put(server: RunningServer, role: Role, program: Program): Promise<Report> {
  const { name, loginOnly, refusedAsTarget, neverGoesOn = false } = program;
  if (loginOnly) {
    await login(server, role, bundle);
    return { name, role, outcome: 'login', rows: [] };
  }
  if (refusedAsTarget && role === 'TARGET') {
    await refusal(server, refusedAsTarget, bundle);
    const rows = await journey(server, role, { ...options, goesOn: false, inPlace: true });
    return { name, role, outcome: 'in-place', rows };
  }
  return {
    name,
    role,
    outcome: 'passed',
    rows: await journey(server, role, { ...options, goesOn: role === 'SOURCE' || !neverGoesOn }),
  };
}

async function tell(what: string, work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  try {
    await work();
    console.log(`ok      ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(what);
    console.log(`FAILED  ${what}: ${(error as Error).message}`);
  }
}

async function tryOut(program: Program): Promise<void> {
  const { name, missing } = program;
  if (missing !== undefined) {
    console.log(`NOT RUN ${name}: needs ${missing}`);
    skipped.push(`${name} (needs ${missing})`);
    return;
  }
  let server: RunningServer;
  try {
    server = await program.start();
  } catch (error) {
    failed.push(name);
    console.log(`FAILED  ${name} does not start: ${(error as Error).message}`);
    return;
  }
  try {
    for (const role of ['SOURCE', 'TARGET'] as const) {
      await tell(`${name} as ${role.toLowerCase()}`, async () => reports.push(await put(server, role, program)));
    }
  } finally {
    await server.stop();
  }
}

/** Two at a time: each waits for its server, or for its own slowness, most of the time. */
const chosen = programs.filter(({ name }) => values.only === undefined || name.includes(values.only));
const queue = chosen.values();
await Promise.all(
  [1, 2].map(async () => {
    for (const program of queue) await tryOut(program);
  }),
);

const isWhole = failed.length === 0 && skipped.length === 0 && values.only === undefined;
if (values.doc && isWhole) {
  const inOrder = programs.flatMap(({ name }) => reports.filter((report) => report.name === name));
  const costs = existsSync(measured) ? orderCosts(JSON.parse(await readFile(measured, 'utf8'))) : undefined;
  await writeFile(join(root, 'docs/servers.md'), serversDoc(inOrder, costs));
} else if (values.doc) console.log('docs/servers.md stays as it is: not every server passed');
console.log(`${reports.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
if (skipped.length > 0) console.log(`skipped: ${skipped.join('; ')}`);
const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '');
if (isCi && skipped.length > 0) console.log('nothing may be skipped where CI is set');
process.exitCode = failed.length > 0 || reports.length === 0 || (isCi && skipped.length > 0) ? 1 : 0;
