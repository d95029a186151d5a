import test from 'ava';
import { quietTime } from '../../src/sync/quiet-time.ts';

const NOW_MS = 1_000_000;

function left(stableMs: number, ...mtimes: number[]): number {
  const quiet = quietTime({ stableMs, mtimeStepMs: 1000, nowMs: () => NOW_MS });
  for (const mtimeMs of mtimes) quiet.add(mtimeMs);
  return quiet.leftMs();
}

test('nothing to copy, and old files, are not waited for', (t) => {
  t.is(left(60_000), 0);
  t.is(left(0, 0, NOW_MS - 2000), 0);
});

test('a file of this very second is waited for until the second is over', (t) => {
  t.is(left(0, 0, NOW_MS), 2000);
  t.is(left(0, NOW_MS - 1500), 500);
});

test('a time far in the future is not waited for', (t) => {
  t.is(left(0, NOW_MS + 3_600_000), 0);
});

test('--stable is waited for once, from the last file on', (t) => {
  let nowMs = NOW_MS;
  const quiet = quietTime({ stableMs: 10_000, mtimeStepMs: 1000, nowMs: () => nowMs });
  quiet.add(0);
  nowMs += 4000;
  quiet.add(0);
  t.is(quiet.leftMs(), 10_000);
  nowMs += 10_000;
  t.is(quiet.leftMs(), 0);
});
