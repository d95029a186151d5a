import test from 'ava';
import { skewBetween, skewFromAccess } from '../../src/storage/clock.ts';

const HOUR_MS = 3_600_000;

test('the skew is that of the stamp an access leaves, unknown where it leaves none', async (t) => {
  const at = (before: number | undefined, after: number | undefined) => {
    let accessed = false;
    const lastAccessMs = async () => (accessed ? after : before);
    const access = async () => {
      accessed = true;
    };
    return skewFromAccess({ lastAccessMs, access }, () => 10 * HOUR_MS);
  };
  t.is(await at(0, 11 * HOUR_MS), HOUR_MS);
  t.is(await at(0, 9 * HOUR_MS), -HOUR_MS);
  t.is(await at(0, 10 * HOUR_MS - 1000), 0);
  t.is(await at(9 * HOUR_MS, 9 * HOUR_MS), undefined);
  t.is(await at(undefined, undefined), undefined);
});

test('less than whole seconds and the round trip can tell is no skew', (t) => {
  t.is(skewBetween(1500, 0, 0), 0);
  t.is(skewBetween(-1500, 0, 0), 0);
  t.is(skewBetween(6000, 0, 10_000), 0);
  t.is(skewBetween(605_000, 0, 10_000), 600_000);
});
