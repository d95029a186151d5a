import test from 'ava';
import { csvToJsonl } from '../../../src/transform/records/csv-to-jsonl.ts';
import { jsonlToCsv } from '../../../src/transform/records/jsonl-to-csv.ts';
import type { Transform } from '../../../src/transform/transform.ts';
import { applied, type RawOptions, type TransformCase, testTransform } from '../../kit/transform.ts';

type Case = readonly [title: string, options: RawOptions, rows: readonly TransformCase[]];

const fromLines: readonly Case[] = [
  [
    'the first line names the columns, later ones may lack some',
    {},
    [
      {
        input: '{"a":1,"b":"x, \\"y\\""}\r\n\n{"b":null}\n{"a":[1,{"c":2.50}],"b":true}',
        output: 'a,b\n1,"x, ""y"""\n,\n"[1,{""c"":2.50}]",true\n',
      },
      { input: '', output: '' },
      { input: '\ufeff{"ä":"\\u00fc\\n"}\n', output: 'ä\n"ü\n"\n' },
      { input: '{"a":1}\n{"a":1,"z":2}\n', output: /no-column: row 2: the field "z" is no column; .*other=drop/ },
    ],
  ],
  [
    'digits are kept',
    { column: ['n', '__proto__'] },
    [
      {
        input: '{"n":12345678901234567890}\n{"n":1.10}\n{"n":-0.0e1}',
        output: 'n,__proto__\n12345678901234567890,\n1.10,\n-0.0e1,\n',
      },
    ],
  ],
  [
    'columns are chosen',
    { column: ['b', 'a'], other: 'drop', 'to-delimiter': 'tab' },
    [{ input: '{"a":1,"b":2,"c":3}', output: 'b\ta\n2\t1\n' }],
  ],
  [
    'what is no object is refused, without showing it',
    { 'max-record-bytes': '20' },
    [
      { input: '{"a":1}\n{"a":secret}\n', output: /^bad-record: row 2: it is no JSON; (?!.*secret)/ },
      { input: '[1]\n', output: /row 1: it is no JSON object/ },
      { input: '{"a":1}\n{"a":"ääääääääääää"}\n', output: /row 2: it is longer than 20 bytes/ },
      { input: '{"a":1}\n{"a":"ääääää"}', output: 'a\n1\nääääää\n' },
      { input: Buffer.from('{"a":1}\n{"a":"\xff', 'latin1'), output: /invalid-encoding: .*byte offset 14/ },
    ],
  ],
];

const toLines: readonly Case[] = [
  [
    'types by column',
    { number: 'n', boolean: 'b' },
    [
      {
        input: 'n,b,t\n12345678901234567890,true,"a ""b""\n"\n,,\n1.50,false,ä\n',
        output:
          '{"n":12345678901234567890,"b":true,"t":"a \\"b\\"\\n"}\n{"n":"","b":"","t":""}\n{"n":1.50,"b":false,"t":"ä"}\n',
      },
      {
        input: 'n,b\n007,true\n',
        output: /bad-value: row 2: column "n" is no number as JSON writes it; use csv-clean/,
      },
      { input: 'n,b\n1,yes\n', output: /column "b" is no boolean/ },
      { input: 'n,b,x,x\n', output: /several columns are called "x"/ },
      { input: '', output: '' },
    ],
  ],
  ['empty fields as null', { empty: 'null' }, [{ input: 'a,b\n,1\n', output: '{"a":null,"b":"1"}\n' }]],
  ['empty fields left out', { empty: 'omit', header: 'none' }, [{ input: ';1\n;\n', output: '{"2":"1"}\n{}\n' }]],
];

function testAll<Options>(transform: Transform<Options>, cases: readonly Case[]): void {
  for (const [title, options, rows] of cases)
    test(`${transform.name}: ${title}`, testTransform, transform, options, rows);
}
testAll(jsonlToCsv, fromLines);
testAll(csvToJsonl, toLines);

test('what JSON.parse would drop or change in silence is refused', testTransform, jsonlToCsv, {}, [
  { input: '{"a":1,"a":2}\n', output: /^bad-record: row 1: an object has a key twice/ },
  { input: '{"a":1}\n{"a":{"b":1,"\\u0062":2}}\n', output: /^bad-record: row 2: an object has a key twice/ },
  {
    input: '{"a":[{"b":1},{"b":2,"c":"{\\"b\\":1}"}]}\n',
    output: 'a\n"[{""b"":1},{""b"":2,""c"":""{\\""b\\"":1}""}]"\n',
  },
  { input: '{"a":"x\\ud800y"}\n', output: /^bad-record: row 1: it has half a surrogate pair/ },
  { input: '{"\\udc00":1}\n', output: /^bad-record: row 1: it has half a surrogate pair/ },
  { input: '{"a":"\\ud83d\\ude00"}\n', output: 'a\n😀\n' },
]);

test('columns stand in the order of the first line', testTransform, jsonlToCsv, {}, [
  { input: '{"b":1,"2":2,"1":3}\n{"1":6,"2":5,"b":4}\n', output: 'b,2,1\n1,2,3\n4,5,6\n' },
]);

test('depth is limited, whatever stands around it', async (t) => {
  const nested = (levels: number, inner = '') => `{"a":${'['.repeat(levels)}${inner}${']'.repeat(levels)}}\n`;
  const [whole] = await applied(jsonlToCsv, {}, [Buffer.from(nested(499))]);
  t.is(Buffer.from(whole ?? '').toString(), `a\n${'['.repeat(499)}${']'.repeat(499)}\n`);
  for (const inner of ['', '1.5']) {
    for (const levels of [500, 100_000]) {
      await t.throwsAsync(() => applied(jsonlToCsv, {}, [Buffer.from(nested(levels, inner))]), {
        message: /^row 1: it is nested deeper than 500 levels/,
      });
    }
  }
});
