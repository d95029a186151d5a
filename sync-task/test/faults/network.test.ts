/**
 * Bad networks in front of both ends, with faults at a byte: real OpenSSH servers where this machine has them, else the kit's own.
 * What needs no such place is in toxiproxy.test.ts.
 */
import test, { type ExecutionContext } from 'ava';
import { jobBehind, runUntilDone, sayWhichServers } from './kit/network-job.ts';
import { randomFrom, seed } from './kit/random.ts';
import type { Scenario } from './kit/scenario.ts';
import { type NetworkFaults, startTcpProxy, type TcpProxy } from './kit/tcp-proxy.ts';

sayWhichServers();

interface Job {
  readonly scenario: Scenario;
  /** Source, target. */
  readonly proxies: readonly TcpProxy[];
}

async function arrange(
  t: ExecutionContext,
  faults: () => NetworkFaults,
  files: number,
  environment = {},
): Promise<Job> {
  const proxies: TcpProxy[] = [];
  const between = async (port: number) => {
    const proxy = await startTcpProxy(port, faults());
    t.teardown(() => proxy.stop());
    proxies.push(proxy);
    return proxy.port;
  };
  return { scenario: await jobBehind(t, between, { files, environment }), proxies };
}

test('connections are reset at random', async (t) => {
  const random = randomFrom(seed, t.title);
  // The first ones of each endpoint carry little, later ones more: any file gets through in the end.
  const job = await arrange(
    t,
    () => {
      let connections = 0;
      return { resetAfterBytes: () => random.below(500_000) + 1_000_000 * connections++ };
    },
    20,
    { SYNC_TASK_ATTEMPTS: '5' },
  );
  const tries = await runUntilDone(t, job.scenario, 20);
  t.true(
    job.proxies.every(({ counters }) => counters.resets > 0),
    'nothing was reset',
  );
  await job.scenario.judge();
  t.log(`${job.proxies.map(({ counters }) => counters.resets).join(' and ')} resets, ${tries} tries`);
});

test('1 % of packets lost on a line of 200 ms', async (t) => {
  const random = randomFrom(seed, t.title);
  const stalls = { percent: 1, ms: 400, random: () => random.fraction() };
  const job = await arrange(t, () => ({ delayMs: 100, stalls }), 20);
  t.is(await runUntilDone(t, job.scenario, 1), 1);
  t.true(
    job.proxies.some(({ counters }) => counters.stalls > 0),
    'nothing was lost',
  );
  await job.scenario.judge();
});

test('the bandwidth is cut to a tenth amid the run, with resets: one start is enough', async (t) => {
  const random = randomFrom(seed, t.title);
  const job = await arrange(
    t,
    () => {
      const faults: NetworkFaults = { bytesPerSecond: 8 * 1024 * 1024 };
      let connections = 0;
      faults.resetAfterBytes = () => {
        if (++connections > 1) faults.bytesPerSecond = 800 * 1024;
        return connections > 4 ? undefined : 400_000 + random.below(400_000);
      };
      return faults;
    },
    16,
    { SYNC_TASK_ATTEMPTS: '5', SYNC_TASK_CHECKPOINT_BYTES: '64KiB' },
  );
  t.is(await runUntilDone(t, job.scenario, 1), 1);
  t.true(job.proxies.every(({ counters }) => counters.resets > 0));
  await job.scenario.judge();
});

test('a server that is away for a while amid the run is waited for; one start is enough', async (t) => {
  const job = await arrange(t, () => ({}), 20);
  const target = job.proxies[1] as TcpProxy;
  let away = 0;
  // The first one carries a part; the next four logins are cut off, as by a server that starts.
  target.faults.resetAfterBytes = () => {
    away++;
    return away === 1 ? 700_000 : away < 6 ? 0 : undefined;
  };
  t.is(await runUntilDone(t, job.scenario, 1), 1);
  t.true(away >= 6, `${away} connections`);
  await job.scenario.judge();
});

test('a server that is lost for good: the rest stays planned, 75, and the same command ends it', async (t) => {
  const job = await arrange(t, () => ({}), 20, { SYNC_TASK_RECONNECT: '1s', SYNC_TASK_FILES: '2' });
  const target = job.proxies[1] as TcpProxy;
  let connections = 0;
  target.faults.resetAfterBytes = () => (++connections === 1 ? 700_000 : 0);
  const { code, errors } = await job.scenario.run('sync', '--run', 'r');
  t.is(code, 75);
  const patient = errors.filter((message) => /; it was tried again for 1 s \(--reconnect\)$/.test(message));
  t.true(patient.length > 0 && errors.length <= 4, errors.join('\n'));
  target.faults.resetAfterBytes = () => undefined;
  t.is(await runUntilDone(t, job.scenario, 1), 1);
  await job.scenario.judge();
});

for (const [end, name] of ['source', 'target'].entries()) {
  test(`half-open: the connection to the ${name} stays, nothing arrives any more`, async (t) => {
    const job = await arrange(t, () => ({}), 20, { SYNC_TASK_IDLE_TIMEOUT: '3s', SYNC_TASK_KEEPALIVE: '1s' });
    const proxy = job.proxies[end] as TcpProxy;
    proxy.faults.silence = { connections: 1, afterBytes: 300_000 };
    const tries = await runUntilDone(t, job.scenario, 5);
    t.is(proxy.counters.silenced, 1);
    await job.scenario.judge();
    t.log(`${tries} tries`);
  });
}

test('reset at every stage of connecting: never more than a line and 75', async (t) => {
  const job = await arrange(t, () => ({}), 1);
  for (const afterBytes of [0, 10, 50, 200, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]) {
    for (const { faults } of job.proxies) faults.resetAfterBytes = () => afterBytes;
    const { code, signal, stderr } = await job.scenario.run('sync', '--run', 'r');
    t.deepEqual({ code, signal }, { code: 75, signal: null }, `${afterBytes} bytes: ${stderr}`);
  }
  for (const { faults } of job.proxies) faults.resetAfterBytes = () => undefined;
  t.is(await runUntilDone(t, job.scenario, 1), 1);
  await job.scenario.judge();
});
