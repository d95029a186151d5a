import test from 'ava';
import { quietTime } from '../../../src/engine/plan/quiet-time.ts';

const NOW_MS = 1_000_000;

function left(stableMs: number, isKnown: boolean, ...mtimes: number[]): number {
  const quiet = quietTime({ stableMs, mtimeStepMs: 1000, clock: { isKnown, nowMs: () => NOW_MS } });
  for (const mtimeMs of mtimes) quiet.add(mtimeMs);
  return quiet.leftMs();
}

test('nothing to copy is not waited for, nor are old files where the source tells its clock', (t) => {
  t.is(left(60_000, true), 0);
  t.is(left(60_000, false), 0);
  t.is(left(0, true, 0, NOW_MS - 4000), 0);
});

test('a file of this very second is waited for until the second is over', (t) => {
  t.is(left(0, true, 0, NOW_MS), 2000);
  t.is(left(0, true, NOW_MS - 1500), 2000, 'it may be younger: clocks are told to two seconds');
  t.is(left(0, true, NOW_MS - 3500), 500);
  t.is(left(0, true, NOW_MS + 3000), 2000);
});

test('a time far in the future is not waited for', (t) => {
  t.is(left(0, true, NOW_MS + 3_600_000), 0);
});

test('a file of about a day may be of this second where the source does not tell its clock', (t) => {
  const hoursMs = 3_600_000;
  for (const mtimeMs of [0, NOW_MS - 26 * hoursMs, NOW_MS, NOW_MS + 26 * hoursMs]) t.is(left(0, false, mtimeMs), 2000);
  for (const mtimeMs of [NOW_MS - 27 * hoursMs, NOW_MS + 27 * hoursMs]) t.is(left(0, false, mtimeMs), 0);
});

test('--stable is waited for once, from the last file on', (t) => {
  let nowMs = NOW_MS;
  const quiet = quietTime({ stableMs: 10_000, mtimeStepMs: 1000, clock: { isKnown: true, nowMs: () => nowMs } });
  quiet.add(0);
  nowMs += 4000;
  quiet.add(0);
  t.is(quiet.leftMs(), 10_000);
  nowMs += 10_000;
  t.is(quiet.leftMs(), 0);
});
