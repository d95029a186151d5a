/**
 * `npm run test:monitoring`: real runs push their metrics to a real Pushgateway, a real Prometheus takes them from there with the
 * rules of this folder, and every query of every dashboard must find something. All on loopback.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { dashboardQueries, isOfAirflow } from './dashboards.ts';

const here = join(import.meta.dirname, '..');
const bin = join(import.meta.dirname, '../../sync-task/src/bin.ts');
/** For what should happen within seconds. */
const PATIENCE_MS = 60_000;

const folder = await mkdtemp(join(tmpdir(), 'sync-task-monitoring-'));
const children: ChildProcess[] = [];
let failures = 0;

function report(good: boolean, what: string): void {
  if (!good) failures++;
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${what}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function start(program: string, args: readonly string[]): void {
  const log = createWriteStream(join(folder, `${program}.log`));
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.on('error', (error) => console.log(`${program}: ${error.message}`));
  children.push(child);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const beganMs = performance.now(); ; await sleep(200)) {
    const found = await look().catch(() => undefined); // not up yet
    if (found !== undefined) return found;
    if (performance.now() - beganMs > PATIENCE_MS) throw new Error(`waited in vain: ${what}`);
  }
}

/** The configuration of this folder, asking every second, and asking us. */
async function configOf(gateway: number): Promise<string> {
  const config = parse(await readFile(join(here, 'prometheus/prometheus.yml'), 'utf8'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  config.rule_files = [join(here, 'prometheus/rules/*.yml')];
  config.scrape_configs = config.scrape_configs.filter((each: { job_name: string }) => each.job_name === 'pushgateway');
  config.scrape_configs[0].static_configs = [{ targets: [`127.0.0.1:${gateway}`] }];
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, JSON.stringify(config)); // JSON is YAML
  return file;
}

/** Runs that copy, fail, are refused and are cut into batches. */
async function runPipelines(gateway: number): Promise<void> {
  const source = join(folder, 'source');
  await mkdir(source);
  for (let file = 0; file < 5; file++) await writeFile(join(source, `file-${file}`), 'x'.repeat(10_000 * file));
  const command = (pipeline: string, expected: number, ...args: readonly string[]) => {
    const run = spawnSync(process.execPath, [bin, ...args], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        SYNC_TASK_PIPELINE: pipeline,
        SYNC_TASK_SOURCE: `file://${source}`,
        SYNC_TASK_TARGET: `file://${join(folder, pipeline)}`,
        SYNC_TASK_STATE: `sqlite:${join(folder, 'state.db')}`,
        SYNC_TASK_METRICS_URL: `http://127.0.0.1:${gateway}`,
      },
    });
    const good = run.status === expected && !run.stderr.includes('could not be pushed');
    report(good, `${args[0]} of ${pipeline} ends with ${expected}`);
    if (!good) console.log(run.stderr);
  };
  await mkdir(join(folder, 'orders'));
  await mkdir(join(folder, 'invoices/file-1'), { recursive: true });
  await mkdir(join(folder, 'batches'));
  await mkdir(join(folder, 'refused'));
  command('orders', 0, 'sync');
  command('invoices', 65, 'sync');
  command('refused', 65, 'sync', '--gate', 'few-files=fail:100');
  command('batches', 0, 'check');
  command('batches', 0, 'plan', '--run', 'r', '--batch-files', '3');
  command('batches', 0, 'run', '--run', 'r', '--batch', '1');
  command('batches', 0, 'run', '--run', 'r', '--batch', '2');
  command('batches', 0, 'finish', '--run', 'r');
}

// biome-ignore lint/suspicious/noExplicitAny: what Prometheus answers, as its API documents it
type Data = any;

async function ask(prometheus: number, path: string): Promise<Data> {
  const response = await fetch(`http://127.0.0.1:${prometheus}/api/v1/${path}`);
  const answer = (await response.json()) as { status: string; error?: string; data: Data };
  if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
  return answer.data;
}

const query = async (prometheus: number, expr: string): Promise<readonly unknown[]> =>
  (await ask(prometheus, `query?query=${encodeURIComponent(expr)}`)).result;

try {
  const [gateway, prometheus] = [await freePort(), await freePort()];
  start('prometheus-pushgateway', [`--web.listen-address=127.0.0.1:${gateway}`]);
  const data = join(folder, 'data');
  await mkdir(data);
  await chmod(folder, 0o700);
  start('prometheus', [
    `--config.file=${await configOf(gateway)}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${prometheus}`,
  ]);
  await until('the Pushgateway is up', async () =>
    (await fetch(`http://127.0.0.1:${gateway}/-/ready`)).ok ? true : undefined,
  );
  await runPipelines(gateway);
  await until('all of it is in Prometheus, with what is recorded of it', async () => {
    const seen = await query(prometheus, 'pipeline:sync_task_retries_per_file:ratio{pipeline="batches"}');
    return seen.length > 0 ? seen : undefined;
  });
  // Those on Airflow's metrics are asked by the end-to-end test, which has one.
  for (const asked of (await dashboardQueries()).filter((asked) => !isOfAirflow(asked))) {
    const found = await query(prometheus, asked.expr);
    report(found.length > 0, `${asked.dashboard}, ${asked.title}: ${found.length} series, ${asked.expr}`);
  }
  const { groups } = await ask(prometheus, 'rules');
  const rules: readonly { readonly name: string; readonly health: string; readonly query: string }[] = groups.flatMap(
    ({ rules }: { rules: unknown[] }) => rules,
  );
  for (const { name, health, query } of rules) report(health === 'ok', `rule ${name} is ${health}: ${query}`);
  const values = await query(prometheus, 'sync_task_run_files{pipeline="batches",outcome="copied"} == 5');
  report(values.length === 1, 'two batches side by side are five files of one run');
  await until('the alert of the gate fires', async () => {
    const { alerts } = await ask(prometheus, 'alerts');
    return alerts.find(
      ({ labels, state }: { labels: Record<string, string>; state: string }) =>
        labels['alertname'] === 'SyncTaskGateRefused' && labels['pipeline'] === 'refused' && state === 'firing',
    );
  });
  report(true, 'the alert of the refused run fires, for its pipeline');
} catch (error) {
  report(false, (error as Error).message);
  for (const program of ['prometheus', 'prometheus-pushgateway']) {
    console.log((await readFile(join(folder, `${program}.log`), 'utf8').catch(() => '')).slice(-3000));
  }
} finally {
  for (const child of children) {
    if (child.exitCode !== null || child.pid === undefined) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? 'all of it' : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
