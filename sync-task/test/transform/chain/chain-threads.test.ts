/** A chain in a worker thread gives the same as without one. */
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import { recordingFile } from '../../../src/testing/recording-file.ts';
import { chainThreads } from '../../../src/transform/chain/chain-threads.ts';
import type { ChangedPiece, SavedTransforms } from '../../../src/transform/chain/changed-file.ts';
import { openChain } from '../../../src/transform/chain/open-chain.ts';
import type { ByteStream } from '../../../src/transform/transform.ts';
import { streamOf } from '../../kit/transform.ts';

const LARGE = 64 * 1024 ** 2;
const SEGMENT = 300_000;

function pieces(content: Buffer, start = 0): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = start, size = 1; at < content.length; at += size, size = (size * 7 + 3) % 150_000) {
    cut.push(content.subarray(at, at + size));
  }
  return cut;
}

async function collected(output: AsyncIterable<ChangedPiece>) {
  const bytes: Uint8Array[] = [];
  const points: number[] = [];
  let last: { readonly segments: number; readonly transforms: SavedTransforms } | undefined;
  for await (const piece of output) {
    bytes.push(piece.bytes);
    if (!piece.point) continue;
    last = piece.point;
    points.push(last.segments);
  }
  return { bytes: Buffer.concat(bytes), points, last };
}

async function open(t: ExecutionContext, words: readonly string[]) {
  const settings = words.map(parseTransform);
  const chain = await openChain(settings);
  const [inThread, here] = [chainThreads(chain, settings, limits, 1), chainThreads(chain, settings, limits, 0)];
  t.teardown(async () => inThread[Symbol.asyncDispose]());
  return { inThread, here };
}

const text = Buffer.from('Grüße, secret 日本語\tand 12345678\n'.repeat(60_000));

const limits = { memoryBytes: 128 * 1024 ** 2, maxExpansion: 1000 };

test('bytes and resume points are the same, from the beginning and from a point', async (t) => {
  const { inThread, here } = await open(t, ['mask:token=secret', 'newline:to=crlf', 'mask:pattern=[0-9]{3\\,8}']);
  const run = (threads: typeof here, start: Parameters<typeof here.changed>[3]) => {
    const input = streamOf(pieces(text, start.transforms?.readBytes));
    return collected(threads.changed('a.txt', LARGE, input, start, recordingFile()));
  };
  const first = { segmentBytes: SEGMENT, segments: 0 };
  const expected = await run(here, first);
  t.true(expected.points.length > 5);
  t.deepEqual(await run(inThread, first), expected);

  let saved: ChangedPiece['point'];
  for await (const { point } of inThread.changed('a.txt', LARGE, streamOf(pieces(text)), first, recordingFile())) {
    if (point && point.segments >= 3) {
      saved = point;
      break;
    }
  }
  if (!saved) throw new Error('there is no point');
  const rest = await run(inThread, { segmentBytes: SEGMENT, ...saved });
  t.deepEqual(rest.bytes, expected.bytes.subarray(saved.segments * SEGMENT));
});

test('what is written aside, counted and put on disk is the same, several files at a time', async (t) => {
  const rows = Array.from({ length: 90_000 }, (_, row) => `${row % 70_000},name ${row},${row}@example.com\n`).join('');
  const csv = Buffer.from(`id,name,email\n${rows}`);
  const { inThread, here } = await open(t, ['dedup:key=id', 'csv-clean:upper=name', 'gzip']);
  const run = async (threads: typeof here) => {
    await using file = recordingFile('a.csv');
    const start = { segmentBytes: SEGMENT, segments: 0 };
    const { bytes } = await collected(threads.changed('a.csv', LARGE, streamOf(pieces(csv)), start, file));
    return { bytes, notes: { ...file.notes }, asides: { ...file.asides } };
  };
  const expected = await run(here);
  t.deepEqual(expected.notes, { 'duplicate rows left out': 20_000 });
  t.deepEqual(await Promise.all([run(inThread), run(inThread), run(inThread)]), [expected, expected, expected]);
});

test('a refusal comes out as it is, and the thread goes on with other files', async (t) => {
  const { inThread } = await open(t, ['encoding:from=utf-8,to=latin1']);
  const start = { segmentBytes: SEGMENT, segments: 0 };
  const run = (content: Buffer) =>
    collected(inThread.changed('a.txt', LARGE, streamOf([content]), start, recordingFile()));
  const error = await t.throwsAsync(run(Buffer.from([0x61, 0xff])), { instanceOf: SyncError });
  t.is(error.kind, 'refused');
  t.regex(error.message, /byte offset 1/);
  t.is((await run(Buffer.from('é'))).bytes.toString('latin1'), 'é');
});

test('an error of the input comes out as it was', async (t) => {
  const { inThread } = await open(t, ['replace-whitespace']);
  const broken = new SyncError('the connection is lost', { kind: 'transient', reason: 'lost' });
  async function* input(): ByteStream {
    yield Buffer.from('a');
    throw broken;
  }
  const start = { segmentBytes: SEGMENT, segments: 0 };
  t.is(await t.throwsAsync(collected(inThread.changed('a', LARGE, input(), start, recordingFile()))), broken);
});

test('an error of what is written aside comes out as it was', async (t) => {
  const { inThread } = await open(t, ['csv-validate:schema=docs/examples/orders.schema.yaml,min-valid=0']);
  const full = new SyncError('the disk is full', { kind: 'permanent', reason: 'no-space' });
  const file = { ...recordingFile(), aside: () => Promise.reject(full) };
  const input = streamOf([Buffer.from('order_id,amount,customer,ordered\nx,1,c,2024-01-01\n')]);
  const start = { segmentBytes: SEGMENT, segments: 0 };
  t.is(await t.throwsAsync(collected(inThread.changed('a.csv', LARGE, input, start, file))), full);
});

test('who stops taking ends the input, and nothing runs ahead without end', async (t) => {
  const { inThread } = await open(t, ['replace-whitespace']);
  let given = 0;
  let ended = false;
  async function* input(): ByteStream {
    try {
      for (;;) {
        given++;
        yield Buffer.alloc(100_000, ' ');
      }
    } finally {
      ended = true;
    }
  }
  const start = { segmentBytes: SEGMENT, segments: 0 };
  for await (const { bytes } of inThread.changed('a', LARGE, input(), start, recordingFile())) {
    t.is(bytes[0], 0x5f);
    break;
  }
  t.true(ended);
  t.true(given <= 10, `${given} chunks`);
});

test('a thread that dies fails its file by name, and the next file gets another thread', async (t) => {
  const { inThread } = await open(t, [join(import.meta.dirname, '../../kit/dying-transform.js')]);
  const start = { segmentBytes: SEGMENT, segments: 0 };
  const run = (content: string) =>
    collected(inThread.changed('a', LARGE, streamOf([Buffer.from(content)]), start, recordingFile()));
  const error = await t.throwsAsync(run('die'), { instanceOf: SyncError });
  t.is(error.reason, 'transform-crashed');
  t.is((await run('live')).bytes.toString(), 'live');
});

/** With the largest window. */
async function zstdOf(content: string): Promise<Buffer> {
  const packed = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
  packed.write(content.slice(0, 1));
  packed.end(content.slice(1));
  return buffer(packed);
}

test('a thread asks for memory, and gives it back', async (t) => {
  const { inThread } = await open(t, ['unzstd', 'mask:token=secret']);
  const packed = await zstdOf('a secret');
  // Each of them takes all there is.
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () =>
      collected(
        inThread.changed(
          'a.txt.zst',
          LARGE,
          streamOf([packed]),
          { segmentBytes: SEGMENT, segments: 0 },
          recordingFile(),
        ),
      ),
    ),
  );
  t.deepEqual(
    outputs.map(({ bytes }) => bytes.toString()),
    Array(4).fill('a ********'),
  );
});

test('what needs more memory or grows more than allowed is refused, in a thread too', async (t) => {
  const words = ['unzstd', 'mask:token=secret'].map(parseTransform);
  const chain = await openChain(words);
  const rows = [
    [
      { memoryBytes: 64 * 1024 ** 2, maxExpansion: 1000 },
      await zstdOf('text'),
      /needs 128 MiB of memory, --decoder-memory has 64 MiB/,
    ],
    [limits, zstdCompressSync(Buffer.alloc(80 * 1024 ** 2)), /more than 1000 times its size/],
  ] as const;
  for (const [bounds, input, message] of rows) {
    for (const most of [0, 1]) {
      await using threads = chainThreads(chain, words, bounds, most);
      const start = { segmentBytes: SEGMENT, segments: 0 };
      const output = threads.changed('a.txt.zst', LARGE, streamOf([input]), start, recordingFile());
      await t.throwsAsync(() => collected(output), { instanceOf: SyncError, message });
    }
  }
});
