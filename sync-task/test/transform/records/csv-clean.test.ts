import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import { csvClean } from '../../../src/transform/records/csv-clean.ts';
import { chainOf } from '../../kit/chain-of.ts';
import { type RawOptions, type TransformCase, testTransform } from '../../kit/transform.ts';
import { testGolden } from '../../kit/transform-golden.ts';

const golden: readonly (readonly [name: string, options: RawOptions])[] = [
  ['quotes-in-quotes', {}],
  ['undoubled-quotes', { quotes: 'relaxed' }],
  ['cr-only', {}],
  ['mixed-line-ends', {}],
  ['ragged', { ragged: 'pad' }],
  ['byte-order-mark', {}],
  ['nul', { nul: 'remove' }],
  ['embedded-newlines', { trim: 'no' }],
  ['decimal-commas', { number: 'preis', decimal: 'comma' }],
  [
    'spreadsheet-export',
    {
      rename: 'kunden_nr:customer',
      drop: 'column_6',
      'to-delimiter': 'comma',
      null: 'NULL',
      number: 'umsatz',
      decimal: 'comma',
      truth: 'aktiv',
      date: 'geburtstag',
      'date-format': ['DD.MM.YYYY', 'DD.MM.YY'],
    },
  ],
  ['tabs-without-quotes', { delimiter: 'tab', quote: 'none' }],
  ['no-names', {}],
  ['one-column', {}],
];
for (const [name, options] of golden) test(`golden file ${name}`, testGolden, csvClean, `csv/${name}`, options);

const cases: readonly (readonly [title: string, options: RawOptions, cases: readonly TransformCase[]])[] = [
  [
    'an empty file stays empty, a header alone stays a header',
    { select: 'a' },
    [
      { input: '', output: '' },
      { input: '\r\n\n', output: '' },
      { input: 'A,b', output: 'a\n' },
    ],
  ],
  [
    'columns are selected in the order given',
    { select: ['c', 'a'], upper: 'a' },
    [{ input: 'a,b,c\nx,2,3\n', output: 'c,a\n3,X\n' }],
  ],
  [
    'without a header columns are numbers',
    { header: 'none', select: ['2', '1'] },
    [{ input: '1;2\n3;4\n', output: '2;1\n4;3\n' }],
  ],
  [
    'numbers lose their separators and nothing else',
    { number: 'n', delimiter: 'semicolon' },
    [
      {
        input: 'n;t\n1,234.50;a\n-0;\n+007;\n.5;\n1e5;\n1 000;\n;',
        output: 'n;t\n1234.50;a\n-0;\n7;\n0.5;\n1e5;\n1000;\n;\n',
      },
      { input: 'n;t\n1;\n1,23;\n', output: /bad-value: row 3: column "n" is not a number with a decimal point/ },
      { input: 'n;t\n0x1F;\n', output: /row 2: column "n"/ },
    ],
  ],
  [
    'a day that the calendar does not have is refused, without showing it',
    { date: 'd', 'date-format': 'DD.MM.YYYY' },
    [
      { input: 'd\n29.02.2024\n', output: 'd\n2024-02-29\n' },
      {
        input: 'd\n29.02.2023\n',
        output: /^bad-value: row 2: column "d" is not a day or time written DD\.MM\.YYYY; (?!.*29\.02)/,
      },
    ],
  ],
  [
    'what cannot be read can become empty',
    { invalid: 'empty', truth: 'b', date: 'd', 'date-format': 'M/D/YY H:mm' },
    [{ input: 'b,d\nmaybe,1/2/99 7:05\nN,13/1/26 1:00\n', output: 'b,d\n,1999-01-02T07:05:00\nfalse,\n' }],
  ],
  [
    'a column that is not there is named, with those that are',
    { lower: 'mial' },
    [
      {
        input: 'id,Mail\n1,A\n',
        output: /^no-column: no column is called "mial"; did you mean "mail"\? \(there are: id, mail\)/,
      },
    ],
  ],
  [
    'rows that are no records are refused by number',
    {},
    [
      { input: 'a,b\n1,2\n3\n', output: /^bad-record: row 3: it has 1 fields, the first row has 2; .*ragged=pad/ },
      { input: 'a,b\n\n1,"2" x\n', output: /^bad-record: row 3: text follows a closing quote; quotes=relaxed/ },
      { input: 'a,b\n1,"2\n3,4\n', output: /^bad-record: row 2: a quoted field is never closed/ },
      { input: 'a,b\n1,\0\n', output: /^bad-record: row 2: it holds a NUL character.*nul=remove/ },
      {
        input: Buffer.from('a,b\n1,M\xfcller\n', 'latin1'),
        output: /^invalid-encoding: .*not valid UTF-8 at byte offset 7/,
      },
      { input: Buffer.from('a,b\n1\n2,M\xfcller\n', 'latin1'), output: /^bad-record: row 2: it has 1 fields/ },
    ],
  ],
  [
    'a record that is too long is refused, however it is cut',
    { 'max-record-bytes': '8' },
    [
      { input: 'a,b\n1234,äö\r', output: /^bad-record: row 2: it is longer than 8 bytes/ },
      { input: 'a,b\n1234,äx\r\n1,2', output: 'a,b\n1234,äx\n1,2\n' },
      {
        input: 'a,b\n1,"2\n3,4\n5,6\n',
        output: /^bad-record: row 2: it is longer than 8 bytes; is a quote not closed\?/,
      },
      { input: Buffer.from('a,b\n123456789\xff', 'latin1'), output: /^bad-record: row 2: it is longer/ },
    ],
  ],
];
for (const [title, options, rows] of cases) test(title, testTransform, csvClean, options, rows);

function testRefused(t: ExecutionContext, setting: string, message: RegExp): void {
  const error = t.throws(() => chainOf([parseTransform(setting)]), { instanceOf: SyncError, message });
  t.is(error.kind, 'usage');
}

const refusals: readonly (readonly [setting: string, message: RegExp])[] = [
  ['csv-clean:delimiter=ab', /delimiter: .*one character/],
  ['csv-clean:date-format=MM.YYYY', /date-format: it needs YYYY, MM and DD, each once/],
  ['csv-clean:rename=a', /rename: write OLD:NEW/],
  ['csv-clean:select=a,drop=b', /drop: give either select or drop/],
  ['csv-clean:number=a,date=a', /a column can be one of number, truth and date/],
  ['csv-clean:max-record-bytes=1GiB', /max-record-bytes: give 1 to 67108864 bytes, such as 1MiB/],
  ['csv-clean:delimiter=double,quote=double', /delimiter/],
];
for (const [setting, message] of refusals) test(`${setting} is refused`, testRefused, setting, message);

test("Excel's first line says what stands between fields", testTransform, csvClean, {}, [
  { input: 'sep=;\r\nid;amount\r\n1;2\r\n', output: 'id;amount\n1;2\n' },
  { input: '\ufeff"sep=|"\nid|a,b\n1|2', output: 'id|a_b\n1|2\n' },
  { input: 'sep=;\nid;amount\n1\n', output: /^bad-record: row 3: it has 1 fields/ },
  { input: 'sep=', output: 'sep\n' },
]);

test('the option and that line agree', testTransform, csvClean, { delimiter: 'comma' }, [
  { input: 'sep=,\na,b\n', output: 'a,b\n' },
  { input: 'sep=;\na;b\n', output: /row 1: it says sep=;, and the option delimiter something else/ },
]);

test('one column where others would cut rows is suspicious', testTransform, csvClean, {}, [
  { input: 'Report of May\nid;amount\n1;2\n', output: /^no-delimiter: the first row has one field/ },
  { input: 'id\n1\n2\n', output: 'id\n1\n2\n' },
  { input: 'word\nthis, that\nother\nmore\n', output: /row 2: it has 2 fields, the first row has 1/ },
]);

test('titles and comments', testTransform, csvClean, { 'skip-lines': '1', comment: '#' }, [
  { input: 'Report of May\n# a;b;c\nid;amount\n1;2\n#3;4\n', output: 'id;amount\n1;2\n' },
]);
