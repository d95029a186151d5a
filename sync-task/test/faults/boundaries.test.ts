/**
 * Cut off at every step towards a published file, with and without the step carried out: by SIGKILL, then by a lost
 * connection. The first file of the run is the one that it hits; it has an old version at the target.
 */
import test, { type ExecutionContext } from 'ava';
import type { Faults, SftpServer } from '../kit/sftp-server/options.ts';
import { eventsOf } from './kit/judge.ts';
import { hostilePlace } from './kit/places.ts';
import { newScenario, type Scenario } from './kit/scenario.ts';

interface Boundary {
  readonly request: string;
  readonly count?: number;
  readonly faults?: Faults;
  /** While the plan finds out whether source and target are one place; else while the plan is carried out. */
  readonly planning?: boolean;
}

const old = { withoutPosixRename: true } as const;
const boundaries: Readonly<Record<string, Boundary>> = {
  'the draft is opened': { request: 'OPEN' },
  'the first bytes are written': { request: 'WRITE' },
  'the time is set': { request: 'FSETSTAT' },
  'it is forced to disk': { request: 'fsync@openssh.com' },
  'its size is confirmed': { request: 'FSTAT' },
  'it is closed': { request: 'CLOSE' },
  'it is published': { request: 'posix-rename@openssh.com' },
  'the old file is moved aside (no posix-rename)': { request: 'RENAME', faults: old },
  'it takes its place (no posix-rename)': { request: 'RENAME', count: 2, faults: old },
  'the old file is removed (no posix-rename)': { request: 'REMOVE', faults: old },
  'a probe is opened': { request: 'OPEN', planning: true },
  'a probe is removed': { request: 'REMOVE', planning: true },
};

interface Attacked {
  readonly scenario: Scenario;
  readonly server: SftpServer;
  /** Called at the boundary, before the step is carried out or not. */
  whenThere(act: () => void): void;
}

async function attacked(t: ExecutionContext, { request, count = 1, faults, planning }: Boundary, executed: boolean) {
  let act: (() => void) | undefined;
  let server: SftpServer | undefined;
  let before = 0;
  const options = {
    faults: { ...faults },
    onRequest(name: string) {
      if (name === request && server?.counters.requests.get(request) === before + count) act?.();
    },
  };
  const scenario = await newScenario(t, {
    files: 6,
    mayBeAway: faults?.withoutPosixRename === true,
    async target(parent) {
      const place = await hostilePlace(t, parent, 'TARGET', options);
      server = place.server;
      return place;
    },
    environment: { SYNC_TASK_FILES: '1', SYNC_TASK_EXISTING: 'replace' },
  });
  if (!server) throw new Error('no server');
  if (!planning) {
    t.is((await scenario.run('plan', '--run', 'r')).code, 0);
    before = server.counters.requests.get(request) ?? 0;
  }
  server.faults.dropAtRequest = { type: request, count, executed };
  return {
    scenario,
    server,
    whenThere(what) {
      act = what;
    },
  } satisfies Attacked;
}

for (const [what, boundary] of Object.entries(boundaries)) {
  for (const executed of [false, true]) {
    const when = executed ? 'just after' : 'just before';

    test(`killed ${when} ${what}`, async (t) => {
      const { scenario, whenThere } = await attacked(t, boundary, executed);
      const { child, ended } = scenario.start('sync', '--run', 'r');
      whenThere(() => child.kill('SIGKILL'));
      t.is((await ended).signal, 'SIGKILL', 'it never came to that request');
      const again = await scenario.run('sync', '--run', 'r');
      t.is(again.code, 0, again.stderr);
      await scenario.judge();
    });

    test(`the connection is lost ${when} ${what}`, async (t) => {
      const { scenario, server } = await attacked(t, boundary, executed);
      const { code, stderr } = await scenario.run('sync', '--run', 'r');
      t.is(code, 0, stderr);
      t.true(server.counters.connections > 1, 'it was never cut');
      await scenario.judge();
    });
  }
}

test('SIGTERM when a draft is complete: the next start publishes it', async (t) => {
  const { scenario, server, whenThere } = await attacked(t, { request: 'FSTAT', faults: { delayMs: 300 } }, true);
  server.faults.dropAtRequest = undefined;
  const { child, ended } = scenario.start('sync', '--run', 'r');
  // Its answer is late enough for the signal to be there first.
  whenThere(() => child.kill('SIGTERM'));
  const { code, stderr } = await ended;
  t.is(code, 143, stderr);
  const again = await scenario.run('sync', '--run', 'r');
  t.is(again.code, 0, again.stderr);
  const events = [...(await eventsOf(scenario.environment, scenario.feed.paths)).values()].flat();
  t.is(events.filter(({ detail }) => detail === 'published-before').length, 1);
  await scenario.judge();
});
