/**
 * Writes docs/reference/conformance.md: what the transforms were compared with, in how many cases, and what differs and why. Runs the tests
 * it names, and every encoding against the tools on this machine: what is not there is said to be.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { compared, references } from '../sync-task/test/kit/charset-references.ts';

interface Suite {
  readonly transform: string;
  readonly reference: string;
  readonly cases: string;
  /** Below sync-task/test/transform/, and the title of its tests. */
  readonly file: string;
  readonly title: RegExp;
  readonly differences: string;
}

const suites: readonly Suite[] = [
  {
    transform: 'records of CSV',
    reference: "Python's csv",
    cases: '2000 generated dirty files, new ones in every run',
    file: 'records/csv',
    title: /Python/,
    differences:
      'files that we refuse: a quote that is never closed, text behind a closing quote. With `quotes=relaxed` the number of rows alone is compared',
  },
  {
    transform: 'records of CSV',
    reference: 'csv-parse',
    cases: '500 generated tables, written by us',
    file: 'records/csv',
    title: /csv-parse/,
    differences: 'none',
  },
  {
    transform: 'records of CSV, `escape=double` and `backslash`',
    reference: 'DuckDB',
    cases: '1500 generated dirty files each, new ones in every run',
    file: 'records/duckdb',
    title: /DuckDB/,
    differences:
      'blanks in front of a quote, which DuckDB leaves out and RFC 4180 keeps; a backslash outside of quotes, which DuckDB takes as text and Python as an escape: of those the number of rows alone is compared',
  },
  {
    transform: '`gzip`, `gunzip`, `zstd`, `unzstd`',
    reference: "Node's zlib",
    cases: 'random bytes; every truncation, every flipped bit, any two inputs with anything between',
    file: 'compression',
    title: /read by others|what others|nothing is left out|flipped/,
    differences: 'stricter where something else follows the last unit: the file is refused',
  },
  {
    transform: '`encoding`',
    reference: 'TextDecoder, iconv-lite',
    cases: '500 random texts for each encoding, both ways, and broken UTF-8',
    file: 'encoding',
    title: /any text|TextDecoder|iconv/,
    differences: 'none',
  },
  {
    transform: '`replace-whitespace`, `newline`',
    reference: 'regular expressions over the whole text',
    cases: '500 random texts for each option',
    file: '{replace-whitespace,newline}',
    title: /against/,
    differences: 'none',
  },
];

function ran({ file, title }: Suite): string {
  const { stdout, stderr } = spawnSync('bash', ['-c', `ava --tap sync-task/test/transform/${file}.test.ts`], {
    env: { ...process.env, FORCE_COLOR: '0' },
    maxBuffer: 2 ** 28,
  });
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => title.test(line));
  const passed = lines.filter((line) => /^ok /.test(line)).length;
  const failed = lines.filter((line) => /^not ok /.test(line)).length;
  if (passed + failed === 0) throw new Error(`${file}: no test is called ${title}`);
  if (failed > 0) throw new Error(`${file}: ${failed} tests failed`);
  return /not compared/.test(`${stdout}${stderr}`) ? 'not compared here' : `${passed} passed`;
}

const encodings = references.map((reference) => {
  const { name, tool, label, exceptions } = reference;
  const result = compared(reference);
  const reasons = exceptions.map(({ reason }) => reason).join('; ');
  if (result === undefined) return `| \`${name}\` | ${tool} \`${label}\` | | not compared here | |`;
  const { cases, differences } = result;
  return `| \`${name}\` | ${tool} \`${label}\` | ${cases} | ${differences.length === 0 ? 'the same' : `${differences.length} differ`} | ${reasons} |`;
});

const page = `# What the transforms were compared with

Written by \`npm run docs:conformance\`, which ran all of it. The tests run with every \`npm test\`; \`TEST_SEED=N\` repeats what was generated from a
seed, which is printed.

## Transforms

| transform | reference | cases | tests | differences, and why |
| --- | --- | --- | --- | --- |
${suites.map((suite) => `| ${suite.transform} | ${suite.reference} | ${suite.cases} | ${ran(suite)} | ${suite.differences} |`).join('\n')}

## Encodings

Every code, and of those of several bytes that GNU iconv knows every character. Tables of the Macintosh that neither tool has, and cp720, are compared
with Python's. \`cp808\` and \`macthai\` are compared with nothing. Names that the encoding standard gives to a larger encoding are meant literally:
\`iso-8859-1\`, \`us-ascii\`, \`iso-8859-9\`, \`iso-8859-11\`, \`tis-620\`, \`gb2312\`, \`koi8-ru\`.

| encoding | reference | cases | result | differences, and why |
| --- | --- | --- | --- | --- |
${encodings.join('\n')}
`;

await mkdir(new URL('../docs/reference/', import.meta.url), { recursive: true });
await writeFile(new URL('../docs/reference/conformance.md', import.meta.url), page);
