/**
 * How fast each transform is in one thread, with a raw copy of the same bytes beside it: `npm run bench:transforms`. The input
 * is in memory and made anew for each run, because a transform may change it; that costs what the copy costs.
 */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parseTransform } from '../sync-task/src/config/parse-transform.ts';
import { transformChain } from '../sync-task/src/transform/chain.ts';
import type { ByteStream } from '../sync-task/src/transform/transform.ts';

const CHUNK_BYTES = 256 * 1024;
const TOTAL_BYTES = 256 * 1024 * 1024;
const REPEATS = 3;

const prose = 'The quick brown fox of customer 4711 jumps over the lazy dog; täglich at 12:30.\n';
const text = Buffer.from(`${prose.repeat(3000)}a password and a secret, card 4111111111111111\n`);
const latin = Buffer.from(text.toString(), 'latin1');

interface Row {
  readonly title: string;
  readonly content: Buffer;
  readonly settings: readonly string[];
  /** Slow ones get less to do. */
  readonly share?: number;
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
async function speedOf({ content, settings, share = 1 }: Row, chunkBytes: number): Promise<number> {
  const chain = transformChain(settings.map(parseTransform));
  let best = 0;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const totalBytes = TOTAL_BYTES * share;
    const startedMs = performance.now();
    let written = 0;
    for await (const chunk of chain.apply('file', input(content, totalBytes, chunkBytes))) written += chunk.length;
    const seconds = (performance.now() - startedMs) / 1000;
    best = Math.max(best, Math.max(totalBytes, written) / 1e6 / seconds);
  }
  return best;
}

const wanted = process.argv[2] ?? '';
process.stdout.write(
  `Node ${process.version}, one thread, MB/s (the longer of input and output), best of ${REPEATS}\n\n`,
);
process.stdout.write(`| transform | chunks of ${CHUNK_BYTES / 1024} KiB | chunks of 1 KiB |\n| --- | ---: | ---: |\n`);
for (const row of rows.filter(({ title }) => title.includes(wanted))) {
  const large = await speedOf(row, CHUNK_BYTES);
  const small = await speedOf({ ...row, share: (row.share ?? 1) / 4 }, 1024);
  process.stdout.write(`| ${row.title} | ${large.toFixed(0)} | ${small.toFixed(0)} |\n`);
}
