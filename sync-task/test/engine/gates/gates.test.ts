import test from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { gatesOf } from '../../../src/config/parse/parse-gate.ts';
import type { GateName } from '../../../src/config/settings.ts';
import { gates } from '../../../src/engine/gates/gates.ts';
import { nameCollisions } from '../../../src/engine/gates/name-collisions.ts';
import { usualOf } from '../../../src/engine/gates/usual.ts';
import type { FolderTotals } from '../../../src/state/state.ts';

const KIB = 1024;

/** `runs` earlier plans of `files` files of 1 MiB each, give or take one. */
function days(runs: number, files: number, folder = ''): FolderTotals[] {
  return Array.from({ length: runs }, (_, day) => {
    const some = files + (day % 3) - 1;
    return { folder, files: some, bytes: some * KIB * KIB, largest: KIB * KIB };
  });
}

interface Row {
  readonly files?: readonly (readonly [path: string, size: number])[];
  readonly history?: readonly FolderTotals[];
  readonly set?: readonly string[];
  readonly accept?: readonly GateName[];
  readonly prefix?: string;
  readonly found: readonly string[];
}

const many = (count: number, size = KIB * KIB, folder = 'f') =>
  Array.from({ length: count }, (_, index) => [`${folder}/${index}`, size] as const);

const rows: Record<string, Row> = {
  'an empty source is told even without history': { found: ['empty-source warned'] },
  'a first run is not judged': { files: many(3), found: [] },
  'four earlier runs are no history': { files: many(1), history: days(4, 100), found: [] },
  'as usual': { files: many(99), history: days(20, 100), found: [] },
  'less than half': {
    files: many(40),
    history: days(20, 100),
    found: ['few-files warned', 'total-size warned'],
  },
  'more than twice': {
    files: many(210),
    history: days(20, 100),
    found: ['many-files warned', 'total-size warned'],
  },
  'one odd day among the earlier ones changes nothing': {
    files: many(99),
    history: [...days(19, 100), { folder: '', files: 1e6, bytes: 1e12, largest: 1e9 }],
    found: [],
  },
  'one huge file': {
    files: [...many(97), ['f/huge', 11 * KIB * KIB]],
    history: days(20, 100),
    found: ['file-size warned'],
  },
  'a folder by itself': {
    files: [...many(100, 1, 'big'), ...many(1, 1, 'small')],
    history: days(20, 10, 'small'),
    found: ['few-files warned small', 'total-size warned small'],
  },
  'a folder below the prefix': {
    files: many(1, 1, 'day/small'),
    history: days(20, 10, 'small'),
    prefix: 'day',
    found: ['few-files warned small', 'total-size warned small'],
  },
  'a folder that is gone is not judged': { files: many(1), history: days(20, 10, 'yesterday'), found: [] },
  'limits need no history': {
    files: [
      ['a', 2 * KIB],
      ['b', 1],
    ],
    set: ['few-files=fail:3', 'many-files=warn:1', 'total-size=fail:2KiB', 'file-size=fail:1KiB'],
    found: ['few-files refused', 'many-files warned', 'total-size refused', 'file-size refused'],
  },
  'what is accepted is still told': {
    set: ['empty-source=fail'],
    accept: ['empty-source'],
    found: ['empty-source accepted'],
  },
  'what is off is not': { set: ['empty-source=off'], found: [] },
  'names that differ in case or Unicode form': {
    files: [
      ['A/x', 1],
      ['a/X', 1],
      ['caf\u00e9', 1],
      ['cafe\u0301', 1],
      ['y', 1],
    ],
    set: ['name-collision=fail'],
    found: ['name-collision refused'],
  },
};

for (const [title, { files = [], history = [], set = [], accept = [], prefix = '', found }] of Object.entries(rows)) {
  test(title, (t) => {
    const gate = gates({ gates: gatesOf(set, '--gate'), accept }, prefix);
    for (const [path, size] of files) gate.add(path, size);
    const findings = gate.findings(history);
    t.deepEqual(
      findings.map(({ gate: name, verdict, folder }) => `${name} ${verdict} ${folder}`.trimEnd()),
      found,
    );
    t.true(findings.every(({ what }) => what !== '' && !what.includes('\n')));
  });
}

test('the usual is told by the median, not by outliers', (t) => {
  t.is(usualOf([1, 2, 3, 4]), undefined);
  t.deepEqual(usualOf([10, 10, 10, 10, 1000]), { median: 10, deviation: 0, runs: 5 });
  t.like(usualOf([1, 2, 3, 4, 5, 6]), { median: 3.5 });
});

test('names: a hundred thousand that differ do not collide, the same one twice neither, and each that does is found', (t) => {
  const names = nameCollisions();
  for (let index = 0; index < 100_000; index++) names.add(`folder-${index % 100}/file ${index}.csv`);
  for (let index = 0; index < 1000; index++) names.add(`folder-${index % 100}/file ${index}.csv`);
  t.is(names.found, 0);
  for (let index = 0; index < 1000; index++) names.add(`Folder-${index % 100}/file ${index}.CSV`);
  t.is(names.found, 1000);
  t.is(names.examples[0], 'Folder-0/file 0.CSV');
  t.true(names.complete);
});

for (const [given, says] of Object.entries({
  'few-file=fail': /did you mean few-files/,
  'few-files': /is not NAME=warn/,
  'few-files=stop': /is not NAME=warn/,
  'few-files=fail:10MB': /takes a number of files/,
  'total-size=fail:much': /takes a size such as 50GiB/,
  'empty-source=fail:1': /has no limit/,
})) {
  test(`a wrong gate: ${given}`, (t) => {
    const error = t.throws(() => gatesOf([given], '--gate'), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', says);
  });
}
