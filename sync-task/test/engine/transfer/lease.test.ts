import test from 'ava';
import { asSyncError } from '../../../src/base/errors.ts';
import { openLease } from '../../../src/engine/transfer/lease.ts';

const leaseMs = 8000;
const of = (path: string, token = 1) => ({ path, token });
const holding = (...paths: readonly string[]): ReadonlyMap<string, number> => new Map(paths.map((path) => [path, 1]));

function arrange() {
  const clock = { monotonicMs: 1000, wallMs: 5000 };
  const state = { held: holding('a', 'b'), asked: 0, broken: false };
  const lease = openLease({
    leaseMs,
    world: { monotonicMs: () => clock.monotonicMs, wallMs: () => clock.wallMs },
    async renew() {
      state.asked++;
      if (state.broken) throw new Error('the state is away');
      return state.held;
    },
  });
  lease.took([of('a'), of('b')], lease.now());
  return { clock, state, lease };
}

test('a claim that was confirmed a short while ago holds at once', (t) => {
  const { lease, state, clock } = arrange();
  clock.monotonicMs += 6999;
  clock.wallMs += 6999;
  t.is(lease.check(of('a')), undefined);
  t.is(state.asked, 0);
});

for (const name of ['monotonicMs', 'wallMs'] as const) {
  test(`the state is asked when the lease is old by the clock ${name}`, async (t) => {
    const { lease, state, clock } = arrange();
    clock[name] += 7000;
    state.held = holding('b');
    const error = asSyncError(await t.throwsAsync(async () => lease.check(of('a'))));
    t.is(error.reason, 'lease-lost');
    t.is(lease.check(of('b')), undefined, 'what is still held is confirmed with it');
    t.is(state.asked, 1);
  });
}

test('a claim that was lost is not asked about again, and one that was given back is none', async (t) => {
  const { lease, state, clock } = arrange();
  clock.monotonicMs += leaseMs;
  state.held = holding();
  await t.throwsAsync(async () => lease.check(of('a')));
  await t.throwsAsync(async () => lease.check(of('a')));
  t.is(state.asked, 1);
  lease.took([of('c')], lease.now());
  lease.gaveBack(of('c'));
  await t.throwsAsync(async () => lease.check(of('c')));
});

test('nothing is certain while the state cannot be asked', async (t) => {
  const { lease, state, clock } = arrange();
  clock.monotonicMs += leaseMs;
  state.broken = true;
  await t.throwsAsync(async () => lease.check(of('a')), { message: 'the state is away' });
  state.broken = false;
  await t.notThrowsAsync(async () => lease.check(of('a')));
});

test('what was claimed while an answer was on its way is kept', async (t) => {
  const { lease, state } = arrange();
  const renewing = lease.renew();
  lease.took([of('c')], lease.now());
  await renewing;
  t.is(lease.check(of('c')), undefined);
  t.false(state.held.has('c'));
});

test('an answer that was asked for before a freeze confirms nothing after it', async (t) => {
  const clock = { monotonicMs: 0, wallMs: 0 };
  const answers = [
    Promise.withResolvers<ReadonlyMap<string, number>>(),
    Promise.withResolvers<ReadonlyMap<string, number>>(),
  ];
  let asked = 0;
  const lease = openLease({
    leaseMs,
    world: { monotonicMs: () => clock.monotonicMs, wallMs: () => clock.wallMs },
    renew: () => (answers[asked++] as (typeof answers)[0]).promise,
  });
  lease.took([of('a')], lease.now());
  const heartbeat = lease.renew();
  clock.monotonicMs += leaseMs; // frozen here, with the answer in the socket
  const check = lease.check(of('a'));
  answers[0]?.resolve(holding('a'));
  await heartbeat;
  await new Promise(setImmediate);
  t.is(asked, 2, 'the state is asked anew');
  answers[1]?.resolve(holding());
  await t.throwsAsync(async () => check);
});

test('a claim of a file does not hold because the same worker has claimed it anew', async (t) => {
  const { lease, state, clock } = arrange();
  clock.monotonicMs += leaseMs;
  state.held = new Map([['a', 3]]);
  await t.throwsAsync(async () => lease.check(of('a')), undefined, 'the state knows of a newer claim');
  lease.took([of('a', 3)], lease.now());
  await t.throwsAsync(async () => lease.check(of('a')));
  lease.gaveBack(of('a'));
  t.is(lease.check(of('a', 3)), undefined, 'giving back the old one leaves the new one');
});
