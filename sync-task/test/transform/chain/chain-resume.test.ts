import test from 'ava';
import fc from 'fast-check';
import { parseTransform } from '../../../src/config/parse/parse-transform.ts';
import type { SavedState } from '../../../src/transform/transform.ts';
import { chainOf } from '../../kit/chain-of.ts';
import { streamOf } from '../../kit/transform.ts';

const settings = [
  'newline:to=crlf',
  'mask:token=secret',
  'encoding:from=utf-8,to=shift_jis',
  'mask:pattern=[0-9]{3\\,5},encoding=latin1',
];
const chain = chainOf(settings.map(parseTransform));

/** Gives up after some chunks of output, saves, and resumes with the input that was not pulled. */
async function inRuns(chunks: readonly Uint8Array[], chunksARun: number): Promise<Buffer> {
  const received: Uint8Array[] = [];
  let saved: SavedState | undefined;
  let pulled = 0;
  async function* left() {
    for await (const chunk of streamOf(chunks.slice(pulled))) {
      pulled++;
      yield chunk;
    }
  }
  for (;;) {
    const run = chain.resume('a.txt', left(), saved);
    if (run === undefined) throw new Error('the chain cannot save its state');
    let taken = 0;
    for (const output = run.output[Symbol.asyncIterator](); taken < chunksARun; taken++) {
      const next = await output.next();
      if (next.done) return Buffer.concat(received);
      received.push(next.value);
    }
    saved = JSON.parse(JSON.stringify(run.save()));
  }
}

async function applied(chunks: readonly Uint8Array[]): Promise<Buffer> {
  const received: Uint8Array[] = [];
  for await (const chunk of chain.apply('a.txt', streamOf(chunks))) received.push(chunk);
  return Buffer.concat(received);
}

test('a chain goes on where it was given up, with any mixture of small and large chunks', async (t) => {
  const text = Buffer.from('ein secret, 日本語 12345678\nsecretsecret 漢字 42\n'.repeat(8000));
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 90_000 })), { minLength: 4, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (sizes, chunksARun) => {
          const chunks: Uint8Array[] = [];
          let start = 0;
          for (const size of sizes) {
            chunks.push(text.subarray(start, start + size));
            start = Math.min(text.length, start + size);
          }
          chunks.push(text.subarray(start));
          const whole = await applied([text]);
          return (await applied(chunks)).equals(whole) && (await inRuns(chunks, chunksARun)).equals(whole);
        },
      ),
      { numRuns: 30, examples: [[[6331, 5, 4, 8930, 5, 0, 0, 249, 44_655], 1]] },
    ),
  );
});

test('a chain with a transform that cannot save says so', (t) => {
  const packing = chainOf([parseTransform('newline'), parseTransform('gzip@*.gz')]);
  t.is(packing.resume('a.gz', streamOf([]), undefined), undefined);
  t.not(packing.resume('a.txt', streamOf([]), undefined), undefined);
});

test('small chunks are joined, large ones are passed on', async (t) => {
  const sizes: number[] = [];
  const small = Array.from({ length: 70_000 }, () => Buffer.from('a'));
  const chunks = streamOf([...small, Buffer.alloc(20_000, 'b'), Buffer.from('c')]);
  for await (const chunk of chainOf([parseTransform('replace-whitespace')]).apply('f', chunks))
    sizes.push(chunk.length);
  t.deepEqual(sizes, [65_536, 4464, 20_000, 1]);
});

test('the name at the target is what the chain makes of it', (t) => {
  const named = (path: string, ...words: string[]) => chainOf(words.map(parseTransform)).targetPath(path);
  t.is(named('a/b.csv.gz', 'gunzip'), 'a/b.csv');
  t.is(named('b.csv.gz', 'gunzip@*.gz', 'pgp-encrypt:key-file=k'), 'b.csv.pgp');
  t.is(named('a/b.csv', 'mask:token=a'), 'a/b.csv');
  t.is(named('a.gz/b', 'gunzip'), 'a.gz/b');
});
