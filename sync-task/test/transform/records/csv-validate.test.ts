import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import { csvValidate } from '../../../src/transform/records/csv-validate.ts';
import { chainOf } from '../../kit/chain-of.ts';
import { type RawOptions, type TransformCase, testTransform } from '../../kit/transform.ts';
import { goldenFile } from '../../kit/transform-golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'sync-task-schema-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

function schemaFile(name: string, text: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}

test('golden file orders, with what is rejected', async (t) => {
  const row = {
    input: goldenFile('csv/orders.csv'),
    output: goldenFile('csv/orders.expected.csv'),
    asides: { '.rejected.csv': goldenFile('csv/orders.rejected.csv').toString() },
  };
  await testTransform(t, csvValidate, { schema: 'docs/examples/orders.schema.yaml', 'min-valid': '0.3' }, [row]);
});

const types = `
columns:
  i: { type: integer, min: -1, max: 5 }
  n: { type: number, max: 1.5 }
  t: { type: timestamp, min: '2026-01-01T00:00:00+01:00' }
  x: { min-length: 2, max-length: 3, pattern: '^[a-zä]+$' }
other-columns: allow
`;
const id = `columns: { id: { required: true, unique: true } }`;

const cases: readonly (readonly [
  title: string,
  schema: string,
  options: RawOptions,
  rows: readonly TransformCase[],
])[] = [
  [
    'types, ranges, lengths and patterns',
    types,
    { 'min-valid': '0' },
    [
      {
        input:
          'i,n,t,x,other\n5,1.5,2025-12-31T23:00:00Z,ää,1\n,,,,\n6,1.6,2025-12-31 22:59,a,\n1.0,1e,2026-01-01,abcd,\n-2,x,2026-01-01T24:00Z,a1,\n',
        output: 'i,n,t,x,other\n5,1.5,2025-12-31T23:00:00Z,ää,1\n,,,,\n',
        asides: {
          '.rejected.csv':
            'row,reason,i,n,t,x,other\n' +
            '4,i: is more than 5; n: is more than 1.5; t: is less than 2026-01-01T00:00:00+01:00; x: is shorter than 2,6,1.6,2025-12-31 22:59,a,\n' +
            '5,i: is not an integer; n: is not a number; t: is not a time such as 2026-11-21T07:05:00Z; x: is longer than 3,1.0,1e,2026-01-01,abcd,\n' +
            '6,i: is less than -1; n: is not a number; t: is not a time such as 2026-11-21T07:05:00Z; x: does not match the pattern,-2,x,2026-01-01T24:00Z,a1,\n',
        },
      },
    ],
  ],
  [
    'enough valid rows pass, one too few refuses the file, saying why and showing no value',
    id,
    { 'min-valid': '0.75', rejected: '.bad' },
    [
      {
        input: 'id\na\nb\nc\na\n',
        output: 'id\na\nb\nc\n',
        asides: { '.bad': 'row,reason,id\n5,id: was there before,a\n' },
      },
      {
        input: 'id\nann\nbob\nann\n',
        output:
          /^too-many-invalid-rows: 1 of 3 rows break the schema, more than min-valid=0.75 allows \(row 4: id: was there before\); mend the file/,
      },
      { input: 'id\n', output: 'id\n' },
    ],
  ],
  [
    'columns that are missing or unknown refuse the file',
    id,
    {},
    [
      {
        input: 'name\nx\n',
        output: /^no-column: columns that are required are missing: id; the schema does not know these columns: name; /,
      },
      { input: '', output: /^no-column: columns that are required are missing: id/ },
    ],
  ],
  [
    'NULs and ragged rows are rejected, a quote that is not closed refuses the file',
    'columns: { a: {}, b: {} }',
    { 'min-valid': '0.2' },
    [
      {
        input: 'a,b\n1,2\n3\n\0,1\n',
        output: 'a,b\n1,2\n',
        asides: {
          '.rejected.csv':
            'row,reason,a,b\n3,"it has 1 fields, the first row has 2",3\n4,it holds a NUL character,\0,1\n',
        },
      },
      { input: 'a,b\n1,"2', output: /^bad-record: row 2: a quoted field is never closed/ },
    ],
  ],
];
for (const [title, schema, options, rows] of cases) {
  test(title, async (t) => {
    await testTransform(t, csvValidate, { schema: schemaFile(title.slice(0, 20), schema), ...options }, rows);
  });
}

test('a changed schema changes the key, a moved one does not', (t) => {
  const key = (file: string) =>
    chainOf([{ name: 'csv-validate', options: { schema: file }, glob: undefined }]).key('f');
  const one = schemaFile('one', id);
  t.is(key(one), key(schemaFile('two', `# a comment\n${id}`)));
  t.not(key(one), key(schemaFile('three', 'columns: { id: { required: true } }')));
});

test('the suffix of what is rejected is known beforehand', (t) => {
  const chain = chainOf([parseTransform(`csv-validate:schema=${schemaFile('four', id)},rejected=.no@*.csv`)]);
  t.deepEqual(chain.asides('a.csv'), ['.no']);
  t.deepEqual(chain.asides('a.txt'), []);
});

test('two that write the same file beside one are refused', (t) => {
  const one = `csv-validate:schema=${schemaFile('six', id)}`;
  const asides = (...settings: string[]) => chainOf(settings.map(parseTransform)).asides('a.csv');
  t.throws(() => asides(one, one), {
    instanceOf: SyncError,
    message: /two transforms .*\.rejected\.csv .*another suffix/,
  });
  t.deepEqual(asides(one, `${one},rejected=.b`, `${one}@*.txt`), ['.rejected.csv', '.b']);
});

function testRefused(t: ExecutionContext, schema: string, message: RegExp): void {
  const file = schemaFile(`refused-${message.source.length}`, schema);
  const error = t.throws(() => chainOf([parseTransform(`csv-validate:schema=${file}`)]), {
    instanceOf: SyncError,
    message,
  });
  t.is(error.kind, 'usage');
}

const refusals: readonly (readonly [schema: string, message: RegExp])[] = [
  ['', /schema: .*\.yaml: .*/],
  ['columns: [', /schema: .*line 1/],
  ['columns: { a: { typ: text } }', /columns: a: .*typ/],
  ['columns: { a: { type: date, min: 3 } }', /a: min: date has no such bound/],
  ['columns: { a: { max: 3 } }', /a: max: text has no such bound/],
  ["columns: { a: { pattern: '(' } }", /a: pattern: it is no regular expression/],
  ["columns: { a: { pattern: '(?=a)' } }", /a: pattern: look-around is not possible here/],
  ['columns: { a: {} }\nunique: [[a, b]]', /unique: "b" is none of the columns/],
];
for (const [schema, message] of refusals)
  test(`schema ${JSON.stringify(schema)} is refused`, testRefused, schema, message);

test('options are refused by name', (t) => {
  const chain = (text: string) => () => chainOf([parseTransform(text)]);
  t.throws(chain('csv-validate'), { message: /schema: give the path of a schema/ });
  t.throws(chain('csv-validate:schema=/no/such'), {
    message: /schema: \/no\/such: it cannot be read \(ENOENT\); check the path/,
  });
  t.throws(chain(`csv-validate:schema=${schemaFile('five', id)},min-valid=98`), { message: /min-valid: give a share/ });
  t.throws(chain(`csv-validate:schema=${schemaFile('five', id)},rejected=../x`), {
    message: /rejected: give a suffix/,
  });
});
