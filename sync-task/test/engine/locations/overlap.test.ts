import test from 'ava';
import { nestingOf } from '../../../src/engine/locations/nesting.ts';
import { leavesOut } from '../../../src/engine/locations/overlap.ts';

const nestings: readonly (readonly [source: string, target: string, string | undefined])[] = [
  ['/a', '/a', 'source '],
  ['/a', '/a/b/c', 'source b/c'],
  ['/a/b', '/a', 'target b'],
  ['/', '/a', 'source a'],
  ['/a', '/', 'target a'],
  ['/a', '/ab', undefined],
  ['s3://aws/b/in', 's3://aws/b/in2', undefined],
  ['s3://aws/b', 's3://aws/b/in', 'source in'],
  ['s3://aws/b', 's3://other/b', undefined],
];

for (const [source, target, expected] of nestings) {
  test(`source ${source}, target ${target}: ${expected ?? 'apart'}`, (t) => {
    const nesting = nestingOf(source, target);
    t.is(nesting && `${nesting.upper} ${nesting.below}`, expected);
  });
}

interface Row {
  readonly prefix?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly below?: string;
  readonly leftOut: boolean;
}

const selections: Readonly<Record<string, Row>> = {
  'nothing is chosen': { leftOut: false },
  'the same place is never left out': { below: '', exclude: ['**'], leftOut: false },
  'its folder is excluded': { exclude: ['*.tmp', 'out/**'], leftOut: true },
  'its folder is excluded from the root': { exclude: ['/out/**'], leftOut: true },
  'a folder above it is excluded': { below: 'out/deep', exclude: ['out/**'], leftOut: true },
  'only a part of it is excluded': { exclude: ['out/*'], leftOut: false },
  'a part below it is excluded': { exclude: ['out/deep/**'], leftOut: false },
  'a pattern excludes it perhaps': { exclude: ['o*/**'], leftOut: false },
  'another prefix': { prefix: 'in', leftOut: true },
  'a prefix whose name begins the same': { prefix: 'ou', leftOut: true },
  'its prefix': { prefix: 'out/a', leftOut: false },
  'a prefix above it': { below: 'out/deep', prefix: 'out', leftOut: false },
  'other folders are included': { include: ['in/**', 'in2/*.csv'], leftOut: true },
  'a base name is included at any depth': { include: ['*.csv'], leftOut: false },
  'one of the folders included is its own': { include: ['in/**', 'out/*.csv'], leftOut: false },
  'any folder is included': { include: ['*/x.csv'], leftOut: false },
};

for (const [title, { prefix = '', include = [], exclude = [], below = 'out', leftOut }] of Object.entries(selections)) {
  test(`${title}: ${leftOut ? 'left out' : 'may be chosen'}`, (t) => {
    const others = { minAgeMs: 0, stableMs: 0, marker: undefined, sinceMs: undefined };
    t.is(leavesOut({ prefix, include, exclude, ...others }, below), leftOut);
  });
}
