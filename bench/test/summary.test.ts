import test from 'ava';
import type { Goal, PeerKey } from '../cases.ts';
import type { Measurement } from '../measure.ts';
import type { CaseResult, ContestantResult } from '../results.ts';
import { lossOf } from '../smoke.ts';
import { lossesIn, ratioTo, spreadOf, verdictsOn } from '../summary.ts';
import { caseTable, markdownTable, numberText } from '../table.ts';

function run(wallMs: number, more: Partial<Measurement> = {}): Measurement {
  const rest = { clientCpuMs: 1, serverCpuMs: 1, stateCpuMs: 0, peakRssBytes: 1e6, rssQuartersBytes: [] };
  return { wallMs, ...rest, ...more };
}

function contestant(
  key: PeerKey,
  runs: readonly Measurement[],
  more: Partial<ContestantResult> = {},
): ContestantResult {
  return { key, name: key, settings: '', runs, candidates: [], ...more };
}

function result(contestants: readonly ContestantResult[], goal: Goal = {}): CaseResult {
  const what = { name: 'big', title: 'big', work: 'copy', files: 1, bytes: 1, measuredAt: '' } as const;
  const facts = {} as CaseResult['facts'];
  return { ...what, roundTripMs: 0, measuredRoundTripMs: 0, dataIn: 'memory', goal, facts, contestants };
}

const spreadMacro = test.macro((t, values: readonly number[], median: number, least: number, most: number) => {
  t.deepEqual(spreadOf(values), { median, least, most });
});
test('the spread of one value', spreadMacro, [3], 3, 3, 3);
test('the median of an odd number of values is the middle one', spreadMacro, [5, 1, 3], 3, 1, 5);
test('the median of an even number of values is between the middle ones', spreadMacro, [4, 1, 3, 2], 2.5, 1, 4);

test('nothing has no spread', (t) => {
  t.is(spreadOf([]), undefined);
});

test('a ratio compares runs of the same round, not medians', (t) => {
  const ours = contestant('sync-task', [run(10), run(100), run(30)]);
  const best = contestant('rclone-best', [run(20), run(100), run(20)]);
  t.deepEqual(ratioTo(best, ours, 'wallMs'), { median: 1, least: 0.5, most: 1.5 });
});

test('a contestant that stopped after a round is compared in that round alone', (t) => {
  const ours = contestant('sync-task', [run(10), run(10)]);
  t.deepEqual(ratioTo(contestant('lftp', [run(20)]), ours, 'wallMs'), { median: 0.5, least: 0.5, most: 0.5 });
  t.is(ratioTo(undefined, ours, 'wallMs'), undefined);
});

test('a goal is met at its value, missed above it, and missed where there is nothing to compare with', (t) => {
  const ours = contestant('sync-task', [run(90)]);
  const best = contestant('rclone-best', [run(100)]);
  const metAt = (wallRatio: number, all = [ours, best]) => verdictsOn(result(all, { wallRatio }))[0]?.met;
  t.true(metAt(0.9));
  t.false(metAt(0.89));
  t.false(metAt(0.9, [ours]));
});

test('losses name who is furthest ahead, and never ourselves', (t) => {
  const losses = lossesIn([
    result([
      contestant('sync-task', [run(30)]),
      contestant('sync-task-postgres', [run(1)]),
      contestant('rclone-best', [run(10)]),
      contestant('lftp', [run(20)]),
    ]),
  ]);
  t.deepEqual(
    losses.map(({ rival, figure, ratio }) => [rival.key, figure, ratio]),
    [['rclone-best', 'wallMs', 3]],
  );
});

test('a smoke case is lost above its bound only', (t) => {
  const lost = (atMost: number) => {
    const measured = result([contestant('sync-task', [run(15)]), contestant('rclone-best', [run(10)])]);
    return lossOf({ ...measured, data: { kind: 'sparse', fileBytes: 1 }, peers: [], atMost }, measured);
  };
  t.is(lost(1.5), undefined);
  t.regex(lost(1.4) ?? '', /1\.50 times/);
});

test('a table says why a contestant has no figures', (t) => {
  const table = caseTable(
    result([
      contestant('sync-task', [run(1500)]),
      contestant('lftp', [], { leftOut: 'there is no lftp\nsecond line' }),
      contestant('scp', [], { slowerThanMs: 600_000 }),
    ]),
  );
  t.regex(table, /\| sync-task +\| 1\.50 /);
  t.regex(table, /\| lftp +\| left out: there is no lftp \|/);
  t.regex(table, /\| scp +\| more than 10 min /);
});

test('the columns of a table are as wide as their widest cell', (t) => {
  t.is(
    markdownTable(['a', 'wide title'], [['cell', '1']]),
    '| a    | wide title |\n| ---- | ---------- |\n| cell | 1          |',
  );
});

const numberMacro = test.macro((t, value: number, text: string) => {
  t.is(numberText(value), text);
});
test('small numbers keep three digits', numberMacro, 0.0144, '0.014');
test('numbers have two digits', numberMacro, 1.005, '1.00');
test('large numbers have none', numberMacro, 256.6, '257');
test('what is no number is a dash', numberMacro, Number.NaN, '–');
