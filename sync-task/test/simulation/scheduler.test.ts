import test from 'ava';
import { SyncError } from '../../src/base/errors.ts';
import { type Chances, calm } from './chances.ts';
import { START_MS, scheduler } from './scheduler.ts';

const always = (chances: Partial<Chances>): Chances => ({ ...calm, ...chances });

test('time passes only when nobody has anything to do', async (t) => {
  const clock = scheduler(1, calm);
  const woke: string[] = [];
  const sleeper = (ms: number) =>
    clock.start(`${ms}`, async ({ world }) => {
      await world.sleep(ms);
      woke.push(`${ms} at ${clock.nowMs >= START_MS + ms}`);
    });
  const all = [sleeper(3_600_000), sleeper(5)];
  t.true(await clock.run(() => false));
  await Promise.all(all);
  t.deepEqual(woke, ['5 at true', '3600000 at true']);
});

test('requests of one order take effect as they were sent, others in any order', async (t) => {
  const effects = async (order: object | undefined) => {
    const clock = scheduler(3, always({ stick: 0 }));
    const done: number[] = [];
    void clock.start('p', async ({ call }) => {
      await Promise.all([0, 1, 2, 3, 4, 5].map((n) => call(`${n}`, () => void done.push(n), { order })));
    });
    await clock.run(() => false);
    return done;
  };
  t.deepEqual(await effects({}), [0, 1, 2, 3, 4, 5]);
  const any = await effects(undefined);
  t.notDeepEqual(any, [0, 1, 2, 3, 4, 5]);
  t.deepEqual(any.toSorted(), [0, 1, 2, 3, 4, 5]);
});

test('who is killed goes on nevermore', async (t) => {
  const clock = scheduler(1, always({ disrupt: 1, kills: 1 }));
  let wentOn = false;
  const ending = clock.start('p', async ({ call }) => {
    await call('first', () => undefined);
    wentOn = true;
  });
  t.true(await clock.run(() => false));
  t.deepEqual(await ending, { how: 'killed' });
  t.false(wentOn);
});

test('who is frozen goes on when he thaws, and what he sent arrives before', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const clock = scheduler(seed, always({ disrupt: 1, freezes: 1, freezeMs: 60_000 }));
    let effectMs = 0;
    const ending = clock.start('p', async ({ call }) => {
      await call('first', () => {
        effectMs = clock.nowMs - START_MS;
      });
      return clock.nowMs - START_MS;
    });
    t.true(await clock.run(() => false));
    const how = await ending;
    t.true(how.how === 'returned' && how.value >= effectMs && effectMs < 60_000, `seed ${seed}`);
  }
});

test('a lost answer leaves the effect, a failure does not', async (t) => {
  for (const [chances, effects] of [
    [{ ambiguous: 1 }, 1],
    [{ fail: 1 }, 0],
  ] as const) {
    const clock = scheduler(1, always(chances));
    let done = 0;
    const ending = clock.start('p', ({ call }) => call('it', () => void done++));
    await clock.run(() => false);
    const how = await ending;
    t.true(how.how === 'threw' && how.error instanceof SyncError && how.error.kind === 'transient');
    t.is(done, effects);
  }
});
