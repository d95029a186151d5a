import test from 'ava';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/base/nearest.ts';

const distances: readonly (readonly [from: string, to: string, distance: number])[] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['mask', 'maks', 2],
  ['abc', 'abc', 0],
];
for (const [from, to, distance] of distances) {
  test(`from "${from}" to "${to}" are ${distance} edits`, (t) => t.is(editDistance(from, to), distance));
}

test('the distance is a metric', (t) => {
  const word = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 8 });
  const metric = fc.property(word, word, word, (a, b, c) => {
    const ab = editDistance(a, b);
    return ab === editDistance(b, a) && (ab === 0) === (a === b) && ab <= editDistance(a, c) + editDistance(c, b);
  });
  t.notThrows(() => fc.assert(metric));
});

test('the nearest candidate is proposed where it is near enough', (t) => {
  t.is(nearest('replace-witespace', ['mask', 'replace-whitespace']), 'replace-whitespace');
  t.is(nearest('MASK', ['mask', 'replace-whitespace']), 'mask');
  t.is(nearest('gzip', ['mask', 'replace-whitespace']), undefined);
  t.is(nearest('mask', []), undefined);
});
