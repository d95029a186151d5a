/**
 * `testTransform` for our own transforms: the promises as in `src/testing/`, with more ways to cut, drawn by fast-check, and without
 * the memory test. `testModel` compares with an obviously right function.
 */
import assert from 'node:assert/strict';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { recordingFile } from '../../src/testing/recording-file.ts';
import { type TransformCase as Case, testCase } from '../../src/testing/transform-case.ts';
import { appliedOutcome, pieces, resumedOutcome, streamOf } from '../../src/testing/transform-runs.ts';
import type { Transform } from '../../src/transform/transform.ts';

export { streamOf };

export type TransformCase = Omit<Case, 'options'>;

/** As in a setting: not yet checked by the transform's schema. */
export type RawOptions = Readonly<Record<string, string | readonly string[]>>;

/** Every case: in one piece, cut in two at every place, in single bytes, between empty chunks, and cut at random. */
export async function testTransform<Options>(
  t: ExecutionContext,
  transform: Transform<Options>,
  options: RawOptions,
  cases: readonly TransformCase[],
): Promise<void> {
  for (const each of cases) await t.notThrowsAsync(testEveryCut(transform, { ...each, options }));
}

async function testEveryCut<Options>(transform: Transform<Options>, each: Case): Promise<void> {
  const { same } = await testCase(assert, transform, each);
  const bytes = [...Buffer.from(each.input)];
  for (let cut = 0; cut <= bytes.length; cut++) await same([cut]);
  await same(bytes.map(() => 1));
  await same(bytes.flatMap(() => [0, 1, 0]));
  await fc.assert(fc.asyncProperty(cutSizes, same), { numRuns: 50 });
}

/** Random input, cut at random, gives what the model makes of it in one piece. */
export async function testModel<Options>(
  t: ExecutionContext,
  transform: Transform<Options>,
  samples: fc.Arbitrary<{ readonly options: RawOptions; readonly input: Uint8Array }>,
  model: (input: Buffer, options: RawOptions) => Buffer,
): Promise<void> {
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(samples, cutSizes, async ({ options, input }, sizes) => {
        const expected = { bytes: model(Buffer.from(input), options).toString('latin1'), asides: {} };
        const parsed = transform.options.parse(options);
        assert.deepEqual(await appliedOutcome(transform, parsed, pieces(input, sizes)), expected);
        if (!transform.resume) return;
        assert.deepEqual(await resumedOutcome(transform, parsed, pieces(input, sizes)), expected, 'resumed');
      }),
      { numRuns: 500 },
    ),
  );
}

/** Sizes of the chunks one after the other; the rest is the last chunk. */
const cutSizes = fc.array(fc.nat({ max: 9 }), { maxLength: 60 });

/** All chunks that a transform makes of these. */
export async function applied<Options>(
  transform: Transform<Options>,
  options: RawOptions,
  chunks: Iterable<Uint8Array>,
): Promise<Uint8Array[]> {
  const received: Uint8Array[] = [];
  await using file = recordingFile();
  const output = transform.apply(streamOf(chunks), transform.options.parse(options), file);
  for await (const chunk of output) received.push(chunk);
  return received;
}
