import test from 'ava';
import fc from 'fast-check';
import { type Column, tableLines } from '../../../src/cli/terminal/table.ts';
import { textWidth } from '../../../src/cli/terminal/text-width.ts';

type Row = readonly [string, number, string];

const columns: readonly Column<Row>[] = [
  { title: 'name', value: ([name]) => name, shortened: 'beginning' },
  { title: 'files', value: ([, files]) => files },
  { title: 'why', value: ([, , why]) => why, shortened: 'end', leaveOut: 1 },
];

test('columns are as wide as what they hold, numbers at the right', (t) => {
  const rows: Row[] = [
    ['a', 1, 'x'],
    ['bb', 200, ''],
  ];
  t.deepEqual(tableLines(rows, columns, 80), ['name  files  why', 'a         1  x', 'bb      200']);
});

test('what does not fit is shortened where it tells least, then left out', (t) => {
  const rows: Row[] = [['a/long/folder/and/a/long/name.csv', 7, 'because of this and that and more']];
  const [, line = ''] = tableLines(rows, columns, 60);
  t.regex(line, /^\.\.\..*\/name\.csv +7 {2}because of .*\.\.\.$/);
  t.notRegex(tableLines(rows, columns, 30).join('\n'), /why/);
});

test('no line is wider than it may be, and none holds anything hidden', (t) => {
  const row = fc.tuple(fc.string({ unit: 'binary' }), fc.nat(), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 20, max: 200 }), (rows, width) => {
      for (const line of tableLines(rows, columns, width)) {
        t.true(textWidth(line) <= width);
        t.notRegex(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
  t.pass();
});
