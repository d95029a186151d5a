/**
 * How fast each transform is in one thread, with a raw copy of the same bytes beside it: `npm run bench:transforms`. The input
 * is in memory and made anew for each run, because a transform may change it; that costs what the copy costs. With a part
 * of a title only those rows are measured and nothing is stored.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parse } from 'csv-parse';
import { parseTransform } from '../sync-task/src/config/parse/parse-transform.ts';
import { recordingFile } from '../sync-task/src/testing/recording-file.ts';
import { transformChain } from '../sync-task/src/transform/chain/chain.ts';
import { transforms } from '../sync-task/src/transform/registry.ts';
import type { ByteStream } from '../sync-task/src/transform/transform.ts';
import type { TransformResult } from './transform-results.ts';

const CHUNK_BYTES = 256 * 1024;
const TOTAL_BYTES = 256 * 1024 * 1024;
const REPEATS = 3;

const prose = 'The quick brown fox of customer 4711 jumps over the lazy dog; täglich at 12:30.\n';
const text = Buffer.from(`${prose.repeat(3000)}a password and a secret, card 4111111111111111\n`);
const latin = Buffer.from(text.toString(), 'latin1');
const orders = Array.from({ length: 20_000 }, (_, number) => orderOf(number)).join('');
const csv = Buffer.from(`order_id,customer,email,country,amount,ordered,paid\n${orders}`);
const json = Buffer.from(
  JSON.stringify({ id: 4711, name: 'Doe, Jane', amount: 12.5, city: 'Köln' }).concat('\n').repeat(3000),
);
// For pseudonymise, which takes its key from the environment alone.
process.env['SYNC_TASK_PSEUDONYM_KEY'] ??= 'k'.repeat(32);

// Without `unique`: the same rows come again and again.
const folder = mkdtempSync(join(tmpdir(), 'sync-task-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const rules = join(folder, 'rules.yaml');
writeFileSync(
  rules,
  `columns:
  order_id: { type: integer, required: true, min: 1 }
  customer: { required: true, max-length: 80 }
  email: { pattern: '^[^@\\s]+@[^@\\s]+$' }
  country: { one-of: [DE, FR, IT] }
  amount: { type: number, required: true, min: 0, max: 1000000 }
  ordered: { type: date, required: true, min: '2020-01-01' }
  paid: { type: boolean }
`,
);

function orderOf(number: number): string {
  const day = `2026-${String(1 + (number % 12)).padStart(2, '0')}-${String(1 + (number % 28)).padStart(2, '0')}`;
  return `${number + 1},"Doe, Jane ${number}",jane${number}@example.com,DE,${number % 1000}.50,${day},true\n`;
}

interface Row {
  readonly title: string;
  readonly content: Buffer;
  readonly settings: readonly string[];
  /** Slow ones get less to do. */
  readonly share?: number;
  /** Instead of a chain of ours. */
  readonly read?: (input: ByteStream) => Promise<void>;
}

const rows: readonly Row[] = [
  { title: 'raw copy', content: text, settings: [] },
  { title: 'replace-whitespace', content: text, settings: ['replace-whitespace'] },
  { title: 'mask, one rare token', content: text, settings: ['mask:token=password'] },
  {
    title: 'mask, four rare tokens',
    content: text,
    settings: ['mask:token=password,token=secret,token=passphrase,token=api-key'],
  },
  { title: 'mask, a frequent token', content: text, settings: ['mask:token=customer'] },
  { title: 'mask, pattern of 16 digits', content: text, settings: ['mask:pattern=[0-9]{16}'] },
  {
    title: 'mask, pattern, only ASCII',
    content: Buffer.from(text.toString().replaceAll('ä', 'a')),
    settings: ['mask:pattern=[0-9]{16}'],
  },
  { title: 'newline, LF stays LF', content: text, settings: ['newline'] },
  { title: 'newline, LF to CR LF', content: text, settings: ['newline:to=crlf'] },
  { title: 'encoding, windows-1252 to UTF-8', content: latin, settings: ['encoding:from=windows-1252'] },
  { title: 'encoding, UTF-8 to UTF-16', content: text, settings: ['encoding:from=utf-8,to=utf-16'] },
  { title: 'encoding, UTF-8 to windows-1252', content: text, settings: ['encoding:from=utf-8,to=windows-1252'] },
  { title: 'gzip, level 6', content: text, settings: ['gzip'], share: 0.25 },
  { title: 'gunzip', content: gzipSync(text), settings: ['gunzip'], share: 0.02 },
  { title: 'zstd, level 3', content: text, settings: ['zstd'] },
  { title: 'unzstd', content: zstdCompressSync(text), settings: ['unzstd'], share: 0.02 },
  { title: 'CSV, read by csv-parse, nothing written', content: csv, settings: [], share: 0.25, read: readByCsvParse },
  { title: 'csv-clean', content: csv, settings: ['csv-clean:to-delimiter=semicolon'], share: 0.25 },
  {
    title: 'csv-validate, seven columns',
    content: csv,
    settings: [`csv-validate:schema=${rules},min-valid=0.9`],
    share: 0.25,
  },
  { title: 'dedup, by a column', content: csv, settings: ['dedup:key=order_id'], share: 0.25 },
  { title: 'pseudonymise, one column', content: csv, settings: ['pseudonymise:column=email'], share: 0.25 },
  { title: 'csv-to-jsonl', content: csv, settings: ['csv-to-jsonl'], share: 0.25 },
  { title: 'jsonl-to-csv', content: json, settings: ['jsonl-to-csv'], share: 0.25 },
  {
    title: 'five cheap transforms',
    content: text,
    settings: Array.from({ length: 5 }, () => 'replace-whitespace:encoding=latin1'),
  },
];

/** Copies of the content, cut into chunks, until there are enough bytes. */
async function* input(content: Buffer, totalBytes: number, chunkBytes: number): ByteStream {
  for (let sent = 0; sent < totalBytes; sent += content.length) {
    for (let start = 0; start < content.length; start += chunkBytes) {
      yield new Uint8Array(content.subarray(start, start + chunkBytes));
    }
  }
}

/** The best of some runs, in megabytes of the longer of input and output in a second. */
async function speedOf({ content, settings, share = 1, read }: Row, chunkBytes: number): Promise<number> {
  const chain = transformChain(settings.map(parseTransform), transforms);
  let best = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const totalBytes = TOTAL_BYTES * share;
    const startedMs = performance.now();
    let written = 0;
    if (read) await read(input(content, totalBytes, chunkBytes));
    else {
      await using file = recordingFile();
      for await (const chunk of chain.apply('file', input(content, totalBytes, chunkBytes), file))
        written += chunk.length;
    }
    const seconds = (performance.now() - startedMs) / 1000;
    best = Math.max(best, Math.max(totalBytes, written) / 1e6 / seconds);
  }
  return best;
}

async function readByCsvParse(input: ByteStream): Promise<void> {
  const parser = parse();
  parser.on('data', () => {});
  const ended = new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
  for await (const chunk of input) {
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  }
  parser.end();
  await ended;
}

const wanted = process.argv[2];
process.stdout.write(`| transform | chunks of ${CHUNK_BYTES / 1024} KiB | chunks of 1 KiB |\n| --- | ---: | ---: |\n`);
const measured: TransformResult['rows'][number][] = [];
for (const row of rows.filter(({ title }) => title.includes(wanted ?? ''))) {
  const large = await speedOf(row, CHUNK_BYTES);
  const small = await speedOf({ ...row, share: (row.share ?? 1) / 4 }, 1024);
  measured.push({ title: row.title, large, small });
  process.stdout.write(`| ${row.title} | ${large.toFixed(0)} | ${small.toFixed(0)} |\n`);
}
if (wanted === undefined) {
  const result: TransformResult = { measuredAt: new Date().toISOString(), node: process.version, rows: measured };
  writeFileSync(join(import.meta.dirname, 'results/transforms.json'), `${JSON.stringify(result, undefined, 2)}\n`);
}
