import { execFileSync } from 'node:child_process';
import test from 'ava';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvFormatter } from '../../../src/transform/records/csv-formatter.ts';
import { csvParser } from '../../../src/transform/records/csv-parser.ts';
import type { Dialect, Row } from '../../../src/transform/records/dialect.ts';
import { sniffDelimiter } from '../../../src/transform/records/sniff-delimiter.ts';
import { needs } from '../../kit/needs.ts';

const comma: Dialect = {
  delimiter: ',',
  quote: '"',
  quotes: 'strict',
  header: 'first',
  ragged: 'refuse',
  nul: 'keep',
  'max-record-bytes': 1024 * 1024,
};

/** Made of the characters that matter to a parser. */
const field = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', ' ', ',', ';', '"', '\r', '\n', '\0', '\t'),
  maxLength: 8,
});
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

function parsed(pieces: readonly string[], dialect: Dialect): { rows: Row[]; failure: string | undefined } {
  const parser = csvParser(dialect);
  const rows: Row[] = [];
  for (const piece of pieces) if (!parser.failure) rows.push(...parser.push(piece));
  if (!parser.failure) rows.push(...parser.end());
  return { rows, failure: parser.failure?.message };
}

function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const size of sizes) {
    pieces.push(text.slice(start, start + size));
    start += size;
  }
  return [...pieces, text.slice(start)];
}

const sizes = fc.array(fc.nat({ max: 5 }), { maxLength: 60 });

test('what is written is read back, by us in any pieces and by csv-parse', (t) => {
  const property = fc.property(table, sizes, (rows, pieces) => {
    const format = csvFormatter(comma);
    const text = rows.map((row) => format([...row])).join('');
    t.deepEqual(parsed(cut(text, pieces), comma), { rows, failure: undefined });
    t.deepEqual(parse(text, { record_delimiter: '\n' }), rows);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('any text gives the same rows and the same error in any pieces', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\\', '\r', '\n', '\r\n'), maxLength: 40 });
  const property = fc.property(
    text,
    sizes,
    fc.constantFrom('strict' as const, 'relaxed' as const),
    fc.constantFrom('double' as const, 'backslash' as const),
    fc.constantFrom(5, 1024),
    (whole, pieces, quotes, escaping, most) => {
      const dialect: Dialect = { ...comma, quotes, escape: escaping, 'max-record-bytes': most };
      t.deepEqual(parsed(cut(whole, pieces), dialect), parsed([whole], dialect));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 5000 }));
});

test('a long record in single characters costs no more than a few times its length', (t) => {
  const parser = csvParser({ ...comma, 'max-record-bytes': 8 * 1024 * 1024 });
  parser.push('"');
  for (let index = 0; index < 2_000_000; index++) parser.push('x');
  t.deepEqual(
    [...parser.push('"\n'), ...parser.end()].map((row) => row[0]?.length),
    [2_000_000],
  );
});

const delimiters: readonly (readonly [sample: string, delimiter: string])[] = [
  ['a,b\n1,2\n', ','],
  ['a;b\n1,5;2,5\n3,0;4,1\n', ';'],
  ['1,5;2,5\n3,0;4,1\n', ';'],
  ['a\tb, c\n1\t2, 3\n', '\t'],
  ['a|b\n1|2\n', '|'],
  ['id,note\n1,a;b\n2,c\n', ','],
  ['id,note\n1,"a;b;c"\n2,"d;e;f"\n', ','],
  ['id;note\n1;"x, y\n, z"\n2;"a, b"', ';'],
  ['name\nAnn\n', ','],
  ['', ','],
];
test('the delimiter is found', (t) => {
  for (const [sample, delimiter] of delimiters) t.is(sniffDelimiter(sample, comma, true), delimiter, sample);
});

/** Rows as Python's csv reads them. */
function pythonRows(texts: readonly string[]): string[][][] {
  const program =
    'import csv,io,json,sys\nprint(json.dumps([list(csv.reader(io.StringIO(t,newline=""))) for t in json.load(sys.stdin)]))';
  return JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(texts) }).toString());
}

needs('python3')('dirty files have the rows that Python finds, or are refused', (t) => {
  const dirty = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a,', '"b",', '"c,d",', 'e\n', '"f"\r\n', '"g\nh"\n') },
      { weight: 1, arbitrary: fc.constantFrom('"', ' ', '""', '" ', ' "', ',', '\n', '"x" y', '\r\n') },
    ),
    { maxLength: 14 },
  );
  const texts = fc.sample(dirty, 2000).map((parts) => parts.join(''));
  const expected = pythonRows(texts);
  const filled = (rows: readonly Row[]) => rows.filter((row) => row.length > 0);
  for (const [index, text] of texts.entries()) {
    const strict = parsed([text], comma);
    if (strict.failure === undefined)
      t.deepEqual(filled(strict.rows), filled(expected[index] as Row[]), JSON.stringify(text));
    const relaxed = parsed([text], { ...comma, quotes: 'relaxed' });
    if (relaxed.failure !== undefined) continue;
    t.is(filled(relaxed.rows).length, filled(expected[index] as Row[]).length, JSON.stringify(text));
  }
});

test('relaxed quotes end with their line, and blanks behind them are none', (t) => {
  const relaxed: Dialect = { ...comma, quotes: 'relaxed' };
  const rows: readonly (readonly [text: string, expected: Row[] | RegExp])[] = [
    [
      '1,"B" ,x\r\n2,"F",y\r\n',
      [
        ['1', 'B', 'x'],
        ['2', 'F', 'y'],
      ],
    ],
    ['"say "hi" now",b\n', [['say "hi" now', 'b']]],
    ['"a"b\nc",d\n', /row 1: a quote is not doubled, and its field goes on in the next line/],
    ['"a\nb"c",d\n', /row 1: a quote is not doubled, and its field goes on in the next line/],
    ['"a"\t\n"b"', [['a'], ['b']]],
  ];
  for (const [text, expected] of rows) {
    const { rows, failure } = parsed([text], relaxed);
    if (expected instanceof RegExp) t.regex(failure ?? '', expected);
    else t.deepEqual([rows, failure], [expected, undefined]);
    for (let at = 0; at <= text.length; at++) t.deepEqual(parsed(cut(text, [at]), relaxed), parsed([text], relaxed));
  }
  t.regex(
    parsed(['1, "a,b",2\n'], comma).failure ?? '',
    /blanks stand before a quote that encloses more than the field/,
  );
  t.deepEqual(parsed(['5" pipe, "b",c\n'], comma).rows, [['5" pipe', ' "b"', 'c']]);
});

test('lines that are no rows are left out, and counted', (t) => {
  const dialect: Dialect = { ...comma, 'skip-lines': 2, comment: '# ' };
  const text = 'A "title\n\na,b\n# "no row\n#1,2\n"3"x,4\n';
  const whole = parsed([text], dialect);
  t.deepEqual(whole.rows, [[], [], ['a', 'b'], [], ['#1', '2']]);
  t.regex(whole.failure ?? '', /^row 6: text follows/);
  for (let at = 0; at <= text.length; at++) t.deepEqual(parsed(cut(text, [at]), dialect), whole);
});

test('a backslash escapes quotes, delimiters and itself where that is said', (t) => {
  const escaping: Dialect = { ...comma, escape: 'backslash' };
  const rows: readonly (readonly [text: string, expected: Row[] | RegExp])[] = [
    ['"a\\"b",c\n', [['a"b', 'c']]],
    ['"a\\\\",c\n', [['a\\', 'c']]],
    ['"a""b\\"",\\"c\n', [['a"b"', '"c']]],
    [
      'a\\,b,c\\\\\n1,2\n',
      [
        ['a,b', 'c\\'],
        ['1', '2'],
      ],
    ],
    ['"a\\,b"\n', [['a,b']]],
    ['x\ny,a\\b\n', /row 2: a backslash stands before something that needs none/],
    ['a\\\nb\n', /row 1: a backslash stands before/],
    ['a\\', /row 1: a backslash stands before/],
    ['"a\\"', /row 1: a quoted field is never closed/],
    ['"C:\\dir"\n', /row 1: a backslash stands before/],
  ];
  for (const [text, expected] of rows) {
    const { rows, failure } = parsed([text], escaping);
    if (expected instanceof RegExp) t.regex(failure ?? '', expected, text);
    else t.deepEqual([rows, failure], [expected, undefined], text);
    for (let at = 0; at <= text.length; at++) t.deepEqual(parsed(cut(text, [at]), escaping), parsed([text], escaping));
  }
  const letters = fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', '\r', '\n'), maxLength: 30 });
  const property = fc.property(
    letters,
    sizes,
    fc.constantFrom('strict' as const, 'relaxed' as const),
    (text, pieces, quotes) => {
      const dialect = { ...escaping, quotes };
      t.deepEqual(parsed(cut(text, pieces), dialect), parsed([text], dialect));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
});
