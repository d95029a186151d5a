import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../../src/base/errors.ts';
import { detachedFile } from '../../../src/transform/chain/file-context.ts';
import { decoderMemory } from '../../../src/transform/compression/decoder-memory.ts';
import { gunzip, gzip } from '../../../src/transform/compression/gzip.ts';
import { unzstd, zstd } from '../../../src/transform/compression/zstd.ts';
import type { BoundedFile, Transform } from '../../../src/transform/transform.ts';
import { applied, streamOf, testModel, testTransform } from '../../kit/transform.ts';

const text = 'Two words, two words and 日本語; two words.\n'.repeat(3);

test('gzip gives the same bytes for every way of cutting', testTransform, gzip, {}, [
  { input: '', output: gzipSync('') },
  { input: text, output: gzipSync(text) },
]);

test('zstd gives the same bytes for every way of cutting', async (t) => {
  const output = Buffer.concat(await applied(zstd, {}, [Buffer.from(text)]));
  t.is(zstdDecompressSync(output).toString(), text);
  await testTransform(t, zstd, {}, [{ input: text, output }]);
});

test('gunzip reads one member after the other, and nothing that is damaged', testTransform, gunzip, {}, [
  { input: gzipSync(text), output: text },
  { input: Buffer.concat([gzipSync('one '), gzipSync(''), gzipSync('two')]), output: 'one two' },
  { input: Buffer.concat([gzipSync('padded'), Buffer.alloc(5)]), output: 'padded' },
  { input: Buffer.concat([gzipSync('one '), Buffer.alloc(5), gzipSync('two'), Buffer.alloc(1)]), output: 'one two' },
  { input: Buffer.concat([gzipSync('one'), Buffer.alloc(5), Buffer.from('more')]), output: /incorrect header check/ },
  {
    input: gzipSync('cut off').subarray(0, -3),
    output: /invalid-gzip: the file is not whole and valid gzip \(unexpected end of file\);/,
  },
  { input: '', output: /not whole and valid gzip/ },
  { input: 'plain', output: /incorrect header check/ },
  { input: Buffer.concat([gzipSync('one'), Buffer.from('more')]), output: /incorrect header check/ },
]);

test('gunzip sees a wrong checksum', testTransform, gunzip, {}, [
  { input: withWrongChecksum(gzipSync('abc')), output: /incorrect data check/ },
]);

test('unzstd reads one frame after the other, and nothing that is damaged', testTransform, unzstd, {}, [
  { input: zstdCompressSync(text), output: text },
  {
    input: Buffer.concat([zstdCompressSync('one '), zstdCompressSync(''), zstdCompressSync('two')]),
    output: 'one two',
  },
  { input: Buffer.concat([skippable('ignored'), zstdCompressSync('one'), skippable('')]), output: 'one' },
  { input: zstdCompressSync('cut off').subarray(0, -1), output: /invalid-zstd: the file is not whole and valid zstd/ },
  { input: Buffer.concat([zstdCompressSync('one'), zstdCompressSync('two').subarray(0, -2)]), output: /not whole/ },
  { input: '', output: /not whole and valid zstd/ },
  { input: 'plain text', output: /not whole and valid zstd/ },
  { input: Buffer.concat([zstdCompressSync('one'), Buffer.from('more bytes')]), output: /not whole and valid zstd/ },
]);

function withWrongChecksum(member: Buffer): Buffer {
  return member.fill(0, member.length - 8, member.length - 4);
}

function skippable(content: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a53, 0);
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

const bytes = fc.uint8Array({ maxLength: 300 });
for (const level of ['1', '9']) {
  test(`gzip at level ${level} is read by others`, (t) =>
    testModel(t, gzip, fc.record({ options: fc.constant({ level }), input: bytes }), (input) =>
      gzipSync(input, { level: Number(level) }),
    ));
}
test('what others compressed with gzip', (t) =>
  testModel(t, gunzip, fc.record({ options: fc.constant({}), input: bytes.map((all) => gzipSync(all)) }), gunzipSync));

test('long files round trip, whatever their chunks', async (t) => {
  const line = Buffer.from('a line that repeats, and some more of it, 日本\n'.repeat(20_000));
  const random = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 2_654_435_761) >>> (index % 23)));
  for (const [pack, unpack] of [[gzip, gunzip] as const, [zstd, unzstd] as const]) {
    for (const whole of [line, random, Buffer.concat([random, line, random])]) {
      const packed = await applied(pack, {}, cut(whole, 10_007));
      t.deepEqual(Buffer.concat(packed), Buffer.concat(await applied(pack, {}, cut(whole, 333_333))));
      const twice = Buffer.concat([...packed, ...packed]);
      for (const size of [997, 65_536, twice.length]) {
        const unpacked = Buffer.concat(await applied(unpack, {}, cut(twice, size)));
        t.true(unpacked.equals(Buffer.concat([whole, whole])), `${pack.name}, chunks of ${size}`);
      }
    }
  }
});

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

test('names gain and lose their suffix', (t) => {
  t.is(gzip.outputName?.('a.csv', { level: 6 }), 'a.csv.gz');
  t.is(gunzip.outputName?.('a.csv.GZ', {}), 'a.csv');
  t.is(gunzip.outputName?.('a.csv', {}), 'a.csv');
  t.is(gunzip.outputName?.('.gz', {}), '.gz');
  t.is(zstd.outputName?.('a.csv', { level: 3 }), 'a.csv.zst');
  t.is(unzstd.outputName?.('a.csv.zst', {}), 'a.csv');
});

/** Compressed as a stream, so that the header lacks the content's length. */
async function zstdOf(content: Buffer, windowLog: number): Promise<Buffer> {
  const params = { [constants.ZSTD_c_windowLog]: windowLog };
  const packed = createZstdCompress({ params });
  packed.write(content.subarray(0, 1));
  packed.end(content.subarray(1));
  return buffer(packed);
}

test('unzstd asks for the memory of a window before it uses it', async (t) => {
  const [small, large] = await Promise.all([zstdOf(Buffer.from('small '), 20), zstdOf(Buffer.from('large '), 27)]);
  const held: number[] = [];
  const taken: number[] = [];
  const file: BoundedFile = {
    ...detachedFile('a.zst'),
    async takeMemory(bytes) {
      taken.push(Math.floor(bytes / 1024 ** 2));
      held.push(bytes);
      return () => held.splice(held.indexOf(bytes), 1);
    },
  };
  const input = Buffer.concat([small, large, small, zstdCompressSync('known'), large]);
  for (const size of [1, 7, input.length]) {
    taken.length = 0;
    const output: Uint8Array[] = [];
    for await (const chunk of unzstd.apply(streamOf(cut(input, size)), {}, file)) {
      output.push(chunk);
      t.is(held.length, 1);
    }
    t.is(Buffer.concat(output).toString(), 'small large small knownlarge ');
    t.deepEqual(taken, [1, 128]);
  }
  const refusing = { ...file, takeMemory: decoderMemory(64 * 1024 ** 2).forFile(1).take };
  await t.throwsAsync(
    () =>
      unzstd
        .apply(streamOf([large]), {}, refusing)
        [Symbol.asyncIterator]()
        .next(),
    {
      message: /^the window of this zstd file needs 128 MiB of memory, --decoder-memory has 64 MiB/,
    },
  );
});

/** The whole output, or undefined where the input is refused. */
async function outputOf(transform: Transform, input: Buffer, size = input.length): Promise<string | undefined> {
  try {
    return Buffer.concat(await applied(transform, {}, cut(input, Math.max(1, size)))).toString();
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'refused') return undefined;
    throw error;
  }
}

const checked = (content: string) => zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

for (const [transform, pack] of [
  [gunzip as Transform, gzipSync],
  [unzstd as Transform, checked],
] as const) {
  test(`${transform.name}: of two inputs with anything between them nothing is left out`, (t) =>
    t.notThrowsAsync(
      fc.assert(
        fc.asyncProperty(
          fc.string(),
          fc.string(),
          fc.oneof(
            fc.nat({ max: 40 }).map((zeros) => Buffer.alloc(zeros)),
            fc.uint8Array({ maxLength: 9 }),
          ),
          fc.uint8Array({ maxLength: 5 }),
          fc.integer({ min: 1, max: 60 }),
          async (one, two, between, behind, size) => {
            const input = Buffer.concat([pack(one), between, pack(two), behind]);
            const output = await outputOf(transform, input, size);
            if (output !== undefined) t.is(output, one + two);
            if (between.length === 0 && behind.length === 0) t.is(output, one + two);
          },
        ),
        { numRuns: 200 },
      ),
    ));

  test(`${transform.name}: what is cut off is refused, and a flipped bit never changes the output`, async (t) => {
    const whole = pack('some text, some text, some more');
    for (let length = 0; length < whole.length; length++) {
      t.is(await outputOf(transform, whole.subarray(0, length)), undefined, `the first ${length} bytes`);
    }
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      const output = await outputOf(transform, damaged);
      t.true(output === undefined || output === 'some text, some text, some more', `bit ${bit}`);
    }
  });
}
