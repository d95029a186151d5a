import test from 'ava';
import fc from 'fast-check';
import { isPoint, type ValueType, valueTypes } from '../../../src/transform/records/value-types.ts';

function order(type: ValueType, one: string, other: string): number {
  const { point } = valueTypes[type];
  return Math.sign(point?.(one).compare(point(other)) ?? Number.NaN);
}

test('numbers compare by all of their digits', (t) => {
  const rows: readonly (readonly [less: string, more: string])[] = [
    ['9007199254740992', '9007199254740993'],
    ['-9007199254740993', '-9007199254740992'],
    ['0.1000000000000000000001', '0.1000000000000000000002'],
    ['-1', '0'],
    ['-0.5', '+.4'],
    ['99e2', '1e4'],
    ['1e-400', '2e-400'],
    ['1e400', '1e401'],
  ];
  for (const [less, more] of rows) {
    t.is(order('number', less, more), -1, less);
    t.is(order('number', more, less), 1, less);
  }
  for (const [one, other] of [
    ['-0', '+000.0'],
    ['1.50', '001.5'],
    ['15e-1', '1.5'],
    ['0e9', '0'],
  ] as const) {
    t.is(order('number', one, other), 0, one);
  }
});

test('and as JavaScript compares them where it can', (t) => {
  const number = fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -3, max: 3 }));
  t.notThrows(() =>
    fc.assert(
      fc.property(number, number, ([one, scale], [other, otherScale]) => {
        const expected = Math.sign(Number(`${one}e${scale}`) - Number(`${other}e${otherScale}`));
        t.is(order('number', `${one}e${scale}`, `${other}e${otherScale}`), expected);
      }),
    ),
  );
});

test('times compare to the nanosecond, wherever they were written', (t) => {
  t.is(order('timestamp', '2026-11-21T07:05:00.000000001Z', '2026-11-21T07:05:00Z'), 1);
  t.is(order('timestamp', '2026-11-21 08:05+01:00', '2026-11-21T07:05:00'), 0);
  t.is(order('timestamp', '1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59Z'), 1);
  t.is(order('date', '2026-11-21', '2026-11-22'), -1);
});

test('zones are those of the earth', (t) => {
  const { is } = valueTypes.timestamp;
  for (const zone of ['', 'Z', '+00:00', '-12:00', '+14:00', '+05:45']) t.true(is(`2026-11-21T07:05:00${zone}`), zone);
  for (const zone of ['+99:99', '+15:00', '+01:60', '+1:00', '+0100', 'z'])
    t.false(is(`2026-11-21T07:05:00${zone}`), zone);
});

test('a bound that YAML cannot hold is quoted', (t) => {
  t.true(isPoint('integer', 5));
  t.false(isPoint('integer', 2 ** 53));
  t.true(isPoint('integer', '9007199254740993'));
  t.false(isPoint('integer', 'many'));
});
