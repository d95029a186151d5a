import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { csvParser } from '../../../src/transform/records/csv-parser.ts';
import type { Dialect, Row } from '../../../src/transform/records/dialect.ts';
import { needs } from '../../kit/needs.ts';
import { pythonWithDuckDb } from '../../kit/programs.ts';

/** Rows as DuckDB reads them, null for a text that it refuses. */
const program = `
import duckdb, json, os, sys, tempfile
connection = duckdb.connect()
path = os.path.join(tempfile.mkdtemp(), 'a.csv')
found = []
for text, width, escape in json.load(sys.stdin):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        file.write(text)
    columns = {'c%d' % index: 'VARCHAR' for index in range(width)}
    try:
        rows = connection.read_csv(path, header=False, auto_detect=False, columns=columns, delimiter=',', quotechar='"',
            escapechar=escape, strict_mode=True).fetchall()
        found.append([[value or '' for value in row] for row in rows])
    except duckdb.Error:
        found.append(None)
print(json.dumps(found))
`;

const python = pythonWithDuckDb() ?? '';

const pieces = {
  double: ['a', ',', '"b"', '"c,d"', '\n', '\r\n', '"g\nh"', '"x""y"', '"', ' ', '""'],
  backslash: ['a', ',', '"b"', '"c,d"', '\n', '\r\n', '"g\nh"', '"x\\"y"', '"x\\\\"', '"', ' ', '\\', '\\"'],
} as const;

/**
 * DuckDB drops blanks before a quote, which RFC 4180 keeps, and keeps a backslash outside quotes, which Python takes as an
 * escape.
 */
const compared = (rows: readonly Row[]) => rows.map((row) => row.map((value) => value.replaceAll('\\', '')));

for (const mark of ['double', 'backslash'] as const) {
  needs('DuckDB')(`dirty files have the rows that DuckDB finds, or are refused (escape=${mark})`, (t) => {
    const dirty = fc
      .array(fc.constantFrom(...pieces[mark]), { maxLength: 14 })
      .map((parts) => `k,v\n${parts.join('')}\n`);
    const dialect: Dialect = {
      delimiter: ',',
      quote: '"',
      quotes: 'strict',
      escape: mark,
      header: 'first',
      ragged: 'refuse',
      nul: 'refuse',
      'max-record-bytes': 1024,
    };
    const read = fc.sample(dirty, 1500).flatMap((text) => {
      const parser = csvParser(dialect);
      const rows = [...parser.push(text), ...parser.end()].filter((row: Row) => row.length > 0);
      return parser.failure === undefined && rows.every((row) => row.length === 2) ? [{ text, rows }] : [];
    });
    const input = JSON.stringify(read.map(({ text }) => [text, 2, mark === 'double' ? '"' : '\\']));
    const { stdout, stderr, status } = spawnSync(python, ['-c', program], { input, maxBuffer: 2 ** 26 });
    t.is(status, 0, stderr.toString());
    const found = JSON.parse(stdout.toString()) as (string[][] | null)[];
    t.true(found.filter((rows) => rows !== null).length > 20, 'DuckDB reads many of them');
    for (const [index, { text, rows }] of read.entries()) {
      const theirs = found[index];
      if (!theirs) continue;
      t.is(rows.length, theirs.length, JSON.stringify(text));
      if (!text.includes(' "') && !text.includes('\\,'))
        t.deepEqual(compared(rows), compared(theirs), JSON.stringify(text));
    }
  });
}
