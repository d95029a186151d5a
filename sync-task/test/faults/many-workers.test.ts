/** Two and four processes on one run, some of them killed or frozen: each file once, by whoever holds its claim. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { until } from '../kit/folders.ts';
import type { Outcome, Started } from '../kit/job.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';
import type { SftpServer } from '../kit/sftp-server/server.ts';
import { eventsOf } from './kit/judge.ts';
import { hostilePlace } from './kit/places.ts';
import { newScenario, type Scenario } from './kit/scenario.ts';
import { digestTree, leftOvers } from './kit/tree.ts';

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(() => postgres?.stop());

interface Shared {
  readonly scenario: Scenario;
  readonly server: SftpServer;
}

/** A planned run of one batch, its state shared, its target slow enough for everybody to get a share. */
async function sharedRun(t: ExecutionContext, environment = {}): Promise<Shared> {
  let server: SftpServer | undefined;
  const scenario = await newScenario(t, {
    async target(parent) {
      const place = await hostilePlace(t, parent, 'TARGET', { faults: { delayMs: 20 } });
      server = place.server;
      return place;
    },
    environment: {
      SYNC_TASK_STATE: postgres.url,
      SYNC_TASK_STATE_PASSWORD: postgres.password,
      SYNC_TASK_PIPELINE: t.title,
      SYNC_TASK_FILES: '2',
      ...environment,
    },
  });
  const planned = await scenario.run('plan', '--run', runOf(t));
  t.is(planned.code, 0, planned.stderr);
  if (!server) throw new Error('no server');
  return { scenario, server };
}

const runOf = (t: ExecutionContext) => t.title.replaceAll(/\W/g, '-');

function startWorker(t: ExecutionContext, scenario: Scenario): Started {
  const worker = scenario.start('run', '--run', runOf(t), '--batch', '1');
  t.teardown(() => worker.child.kill('SIGKILL'));
  return worker;
}

async function finish(t: ExecutionContext, scenario: Scenario): Promise<void> {
  const finished = await scenario.run('finish', '--run', runOf(t));
  t.is(finished.code, 0, finished.stderr);
  await scenario.judge();
}

/** Path → how often it was recorded as copied. */
async function copies(scenario: Scenario): Promise<readonly number[]> {
  const events = await eventsOf(scenario.environment, scenario.feed.paths);
  return [...events.values()].map((each) => each.filter(({ event }) => event === 'copied').length);
}

for (const count of [2, 4]) {
  test.serial(`${count} processes share a batch`, async (t) => {
    const { scenario } = await sharedRun(t);
    const workers = Array.from({ length: count }, () => startWorker(t, scenario));
    const outcomes = await Promise.all(workers.map(({ ended }) => ended));
    for (const { code, stderr } of outcomes) t.is(code, 0, stderr);
    const copied = (outcome: Outcome) => outcome.result.files.copied;
    t.is(
      outcomes.reduce((sum, outcome) => sum + copied(outcome), 0),
      scenario.feed.paths.length,
    );
    t.true((await copies(scenario)).every((times) => times === 1));
    t.log(`copied by each: ${outcomes.map(copied).join(', ')}`);
    await finish(t, scenario);
  });
}

test.serial('4 processes share a batch, 3 of them are killed', async (t) => {
  const { scenario, server } = await sharedRun(t);
  const workers = Array.from({ length: 4 }, () => startWorker(t, scenario));
  for (const [index, { child }] of workers.slice(1).entries()) {
    await until(() => (server.counters.requests.get('posix-rename@openssh.com') ?? 0) >= 6 * (index + 1));
    child.kill('SIGKILL');
  }
  const [survivor, ...others] = await Promise.all(workers.map(({ ended }) => ended));
  t.is(survivor?.code, 0, survivor?.stderr);
  t.true(others.some(({ signal }) => signal === 'SIGKILL'));
  t.true((await copies(scenario)).every((times) => times === 1));
  await finish(t, scenario);
});

const frozenAt = ['OPEN', 'WRITE', 'CLOSE', 'posix-rename@openssh.com'];
for (const request of frozenAt) {
  test.serial(`frozen at ${request} past its lease; its successor finishes; then it goes on`, async (t) => {
    const { scenario, server } = await sharedRun(t);
    const frozen = startWorker(t, scenario);
    // It has looked at the target by then, and claimed files.
    await until(() => (server.counters.requests.get('WRITE') ?? 0) > 0);
    const before = server.counters.requests.get(request) ?? 0;
    await until(() => (server.counters.requests.get(request) ?? 0) >= before + 3);
    frozen.child.kill('SIGSTOP');
    const successor = await startWorker(t, scenario).ended;
    t.is(successor.code, 0, successor.stderr);
    frozen.child.kill('SIGCONT');
    const { code, signal, stderr } = await frozen.ended;
    t.is(signal, null);
    t.true(code === 0 || code === 65 || code === 75, stderr);
    const events = [...(await eventsOf(scenario.environment, scenario.feed.paths)).values()];
    t.true(
      events.some((each) => each.filter(({ event }) => event === 'claimed').length > 1),
      'nothing was taken over',
    );
    t.true((await copies(scenario)).every((times) => times === 1));
    await finish(t, scenario);
    t.log(`the frozen one ended with ${code}`);
  });
}

test.serial('frozen past its lease, and killed when it goes on', async (t) => {
  const { scenario, server } = await sharedRun(t);
  const frozen = startWorker(t, scenario);
  await until(() => (server.counters.requests.get('WRITE') ?? 0) >= 3);
  frozen.child.kill('SIGSTOP');
  const successor = await startWorker(t, scenario).ended;
  t.is(successor.code, 0, successor.stderr);
  frozen.child.kill('SIGKILL');
  await frozen.ended;
  await finish(t, scenario);
});

test.serial(
  'frozen past its lease, it opens no other draft when it goes on; killed then, nothing is left',
  async (t) => {
    const { scenario, server } = await sharedRun(t);
    const opened = () => server.counters.requests.get('OPEN') ?? 0;
    const planned = opened();
    const frozen = startWorker(t, scenario);
    await until(() => opened() >= planned + 3);
    frozen.child.kill('SIGSTOP');
    const successor = await startWorker(t, scenario).ended;
    t.is(successor.code, 0, successor.stderr);
    const before = opened();
    // It has claimed files ahead, whose leases are over too.
    frozen.child.kill('SIGCONT');
    await Promise.race([setTimeout(3000), frozen.ended]);
    frozen.child.kill('SIGKILL');
    await frozen.ended;
    t.is(opened(), before);
    t.deepEqual(leftOvers(await digestTree(scenario.target)), []);
    await finish(t, scenario);
  },
);

test.serial('Postgres is restarted in the middle of a batch', async (t) => {
  const { scenario, server } = await sharedRun(t);
  const first = startWorker(t, scenario);
  await until(() => (server.counters.requests.get('posix-rename@openssh.com') ?? 0) >= 5);
  await postgres.restart();
  const { code, stderr } = await first.ended;
  t.true(code === 0 || code === 75, stderr);
  const again = await startWorker(t, scenario).ended;
  t.is(again.code, 0, again.stderr);
  t.log(`the first one ended with ${code}`);
  await finish(t, scenario);
});

/** Loaded before the program: its clock is off, the database's is not. */
const shifted = (byMs: number) =>
  `--import data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${byMs};globalThis.Date=class extends Date{constructor(...a){a.length?super(...a):super(now()+${byMs})}}`)}`;

for (const [what, byMs] of [
  ['fast', 3_600_000],
  ['slow', -3_600_000],
] as const) {
  test.serial(`the clock of a worker is an hour ${what}: leases are the database's`, async (t) => {
    const { scenario, server } = await sharedRun(t, { SYNC_TASK_LEASE: '5s', NODE_OPTIONS: shifted(byMs) });
    const dead = startWorker(t, scenario);
    await until(() => (server.counters.requests.get('posix-rename@openssh.com') ?? 0) >= 3);
    const alive = startWorker(t, scenario);
    await setTimeout(500);
    dead.child.kill('SIGKILL');
    await once(dead.child, 'exit');
    const { code, stderr } = await alive.ended;
    t.is(code, 0, stderr);
    const saidAtMs = Date.parse(JSON.parse(stderr.split('\n')[0] ?? '').time);
    t.true(Math.abs(saidAtMs - Date.now()) > 1_800_000, 'its clock was not off');
    t.true((await copies(scenario)).every((times) => times === 1));
    await finish(t, scenario);
  });
}
