/** Bad networks as a tool plays them that others wrote. Where it must be exact to the byte, network.test.ts has our own proxy. */
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { needs } from '../kit/needs.ts';
import { startToxiproxy, type Toxic, type ToxicProxy } from '../kit/toxiproxy.ts';
import { jobBehind, runUntilDone } from './kit/network-job.ts';
import type { Scenario } from './kit/scenario.ts';

const test = needs('toxiproxy');

interface Job {
  readonly scenario: Scenario;
  readonly proxies: readonly ToxicProxy[];
}

async function arrange(t: ExecutionContext, files: number, environment = {}): Promise<Job> {
  const toxiproxy = await startToxiproxy();
  t.teardown(() => toxiproxy.stop());
  const proxies: ToxicProxy[] = [];
  const between = async (port: number) => {
    const proxy = await toxiproxy.proxy(port);
    proxies.push(proxy);
    return proxy.port;
  };
  return { scenario: await jobBehind(t, between, { files, environment }), proxies };
}

const lines: Readonly<Record<string, readonly Toxic[]>> = {
  '200 ms of round trip': [{ type: 'latency', attributes: { latency: 100, jitter: 10 } }],
  'a bandwidth of 1 MiB/s': [{ type: 'bandwidth', attributes: { rate: 1024 } }],
  'slices of 500 bytes, 1 ms apart, on a line of 40 ms': [
    { type: 'latency', attributes: { latency: 20 } },
    { type: 'slicer', attributes: { average_size: 500, size_variation: 400, delay: 1000 } },
  ],
};

for (const [what, toxics] of Object.entries(lines)) {
  test(`${what}: one start is enough`, async (t) => {
    const { scenario, proxies } = await arrange(t, 10);
    for (const proxy of proxies) for (const toxic of toxics) await proxy.add(toxic);
    t.is(await runUntilDone(t, scenario, 1), 1);
    await scenario.judge();
  });
}

/** The fault comes and goes while the work is under way, at one end after the other. */
async function comesAndGoes(t: ExecutionContext, toxic: Toxic, forMs: number, environment = {}): Promise<void> {
  const { scenario, proxies } = await arrange(t, 16, environment);
  // Slow enough that the faults meet it at work.
  for (const proxy of proxies) await proxy.add({ type: 'bandwidth', attributes: { rate: 600 } });
  const done = { yet: false };
  const working = runUntilDone(t, scenario, 10).finally(() => {
    done.yet = true;
  });
  let times = 0;
  for (; times < 6 && !done.yet; times++) {
    await setTimeout(1000);
    const end = await (proxies[times % 2] as ToxicProxy).add(toxic);
    await setTimeout(forMs);
    await end();
  }
  const tries = await working;
  t.true(times >= 2, `${times} times`);
  await scenario.judge();
  t.log(`${times} times, ${tries} starts`);
}

test('all connections are reset, again and again', (t) =>
  comesAndGoes(t, { type: 'reset_peer', attributes: { timeout: 0 } }, 50, { SYNC_TASK_ATTEMPTS: '5' }));

test('nothing passes for a second, then the connection ends, again and again', (t) =>
  comesAndGoes(t, { type: 'timeout', attributes: { timeout: 1000 } }, 1200, { SYNC_TASK_ATTEMPTS: '5' }));
