import test from 'ava';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvFormatter } from '../../../src/transform/records/csv-formatter.ts';
import { csvParser } from '../../../src/transform/records/csv-parser.ts';
import type { Dialect, Row } from '../../../src/transform/records/dialect.ts';
import { sniffDelimiter } from '../../../src/transform/records/sniff-delimiter.ts';

const comma: Dialect = {
  delimiter: ',',
  quote: '"',
  quotes: 'strict',
  header: 'first',
  ragged: 'refuse',
  nul: 'keep',
  'max-record-bytes': 1024 * 1024,
};

/** Made of what matters to a parser. */
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
  const text = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\r', '\n', '\r\n'), maxLength: 40 });
  const property = fc.property(
    text,
    sizes,
    fc.constantFrom('strict' as const, 'relaxed' as const),
    fc.constantFrom(5, 1024),
    (whole, pieces, quotes, most) => {
      const dialect = { ...comma, quotes, 'max-record-bytes': most };
      t.deepEqual(parsed(cut(whole, pieces), dialect), parsed([whole], dialect));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
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
