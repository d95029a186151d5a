import test from 'ava';
import type { Context } from '../../../src/engine/context.ts';
import { sourceClock } from '../../../src/engine/plan/source-clock.ts';

const HOUR_MS = 3_600_000;

/** `told` is what the source says when it is asked, one time after the other. */
function arrange(told: (clock: { wallMs: number; monotonicMs: number }) => number | undefined) {
  const clock = { monotonicMs: 1000, wallMs: 10 * HOUR_MS };
  const { signal } = new AbortController();
  const source = { clockSkew: async () => told(clock) };
  const world = { monotonicMs: () => clock.monotonicMs, wallMs: () => clock.wallMs };
  return { clock, of: sourceClock({ source, world, signal } as unknown as Context) };
}

test('it is the wall clock of the worker until the source tells', async (t) => {
  const { clock, of } = arrange(() => undefined);
  clock.monotonicMs += 5;
  t.is(of.nowMs(), 10 * HOUR_MS + 5);
  await of.ask();
  t.false(of.isKnown);
  t.is(of.nowMs(), 10 * HOUR_MS + 5);
});

for (const stepMs of [-HOUR_MS, HOUR_MS]) {
  test(`it goes on evenly when the wall clock is set by ${stepMs} ms`, async (t) => {
    const { clock, of } = arrange(() => -HOUR_MS);
    await of.ask();
    t.true(of.isKnown);
    clock.wallMs += stepMs;
    clock.monotonicMs += 7;
    t.is(of.nowMs(), 9 * HOUR_MS + 7);
  });

  test(`an answer that came while the wall clock was set by ${stepMs} ms does not count`, async (t) => {
    let times = 0;
    const { clock, of } = arrange((now) => {
      const skewMs = 9 * HOUR_MS - now.wallMs;
      if (times++ === 0) now.wallMs += stepMs;
      return skewMs;
    });
    await of.ask();
    t.true(of.isKnown);
    t.is(of.nowMs(), 9 * HOUR_MS);
    t.is(times, 2);
    clock.monotonicMs++;
    t.is(of.nowMs(), 9 * HOUR_MS + 1);
  });
}

test('a wall clock that never stands still tells nothing', async (t) => {
  const { of } = arrange((now) => {
    now.wallMs += HOUR_MS;
    return 0;
  });
  await of.ask();
  t.false(of.isKnown);
});
