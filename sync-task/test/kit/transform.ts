/**
 * The promise that every transform makes, as a test: its output depends on the bytes alone, never on how they were cut.
 * For a new transform, call `testTransform` with rows of input and output, and `testModel` with an obviously right model.
 */
import assert from 'node:assert/strict';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { SyncError } from '../../src/base/errors.ts';
import { recordingFile } from '../../src/testing/recording-file.ts';
import type { ByteStream, SavedState, Transform } from '../../src/transform/transform.ts';

export interface TransformCase {
  /** Text stands for its UTF-8. */
  readonly input: string | Uint8Array;
  /** What comes out, or what the error's message matches where the input is refused. */
  readonly output: string | Uint8Array | RegExp;
  /** What is written aside, by suffix. */
  readonly asides?: Readonly<Record<string, string>>;
}

/** As in a setting: not yet checked by the transform's schema. */
export type RawOptions = Readonly<Record<string, string | readonly string[]>>;

/**
 * Every case: in one piece, cut in two at every place, in single bytes, between empty chunks, and cut at random; and, where the
 * transform can save its state, given up at every chunk of output and gone on with by another run.
 */
export async function testTransform<Options>(
  t: ExecutionContext,
  transform: Transform<Options>,
  options: RawOptions,
  cases: readonly TransformCase[],
): Promise<void> {
  for (const { input, output, asides = {} } of cases) {
    const bytes = Buffer.from(input);
    const whole = await outcome(transform, options, [bytes]);
    const title = `${transform.name} ${JSON.stringify(options)} of ${bytes.toString('latin1')}`;
    if (output instanceof RegExp) t.regex(whole.refused ?? 'not refused', output, title);
    else {
      const aside = Object.entries(asides).map(([suffix, text]) => [suffix, Buffer.from(text).toString('latin1')]);
      const bytes = Buffer.from(output).toString('latin1');
      t.deepEqual(whole, { bytes, refused: undefined, asides: Object.fromEntries(aside) }, title);
    }
    await t.notThrowsAsync(sameForEveryCut(transform, options, bytes, whole), title);
    if (transform.resume) await t.notThrowsAsync(sameWhenResumed(transform, options, bytes, whole), title);
  }
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
        const expected = {
          bytes: model(Buffer.from(input), options).toString('latin1'),
          refused: undefined,
          asides: {},
        };
        assert.deepEqual(await outcome(transform, options, pieces(input, sizes)), expected);
        if (!transform.resume) return;
        assert.deepEqual(await resumedOutcome(transform, options, pieces(input, sizes)), expected, 'resumed');
      }),
      { numRuns: 500 },
    ),
  );
}

/** Sizes of the chunks one after the other; what is left over is the last chunk. */
const cutSizes = fc.array(fc.nat({ max: 9 }), { maxLength: 60 });

async function sameForEveryCut<Options>(
  transform: Transform<Options>,
  options: RawOptions,
  bytes: Buffer,
  whole: Outcome,
): Promise<void> {
  const same = async (sizes: readonly number[]) =>
    assert.deepEqual(
      await outcome(transform, options, pieces(bytes, sizes)),
      whole,
      `cut into ${sizes.join(', ')}, rest`,
    );
  for (let cut = 0; cut <= bytes.length; cut++) await same([cut]);
  await same(bytes.toJSON().data.map(() => 1));
  await same(bytes.toJSON().data.flatMap(() => [0, 1, 0]));
  await fc.assert(fc.asyncProperty(cutSizes, same), { numRuns: 50 });
}

/** Given up and gone on with at every chunk of output, with input in single bytes, in one piece, and cut at random. */
async function sameWhenResumed<Options>(
  transform: Transform<Options>,
  options: RawOptions,
  bytes: Buffer,
  whole: Outcome,
): Promise<void> {
  const same = async (sizes: readonly number[]) =>
    assert.deepEqual(
      await resumedOutcome(transform, options, pieces(bytes, sizes)),
      whole,
      `cut into ${sizes.join(', ')}`,
    );
  await same([]);
  await same(bytes.toJSON().data.map(() => 1));
  await fc.assert(fc.asyncProperty(cutSizes, same), { numRuns: 20 });
}

/** Every run makes one chunk of output and saves; the next is restored from the JSON of that, and gets the input left over. */
async function resumedOutcome<Options>(
  transform: Transform<Options>,
  options: RawOptions,
  chunks: readonly Uint8Array[],
): Promise<Outcome> {
  const received: Buffer[] = [];
  const parsed = transform.options.parse(options);
  let saved: SavedState | undefined;
  let pulled = 0;
  async function* left(): ByteStream {
    for await (const chunk of streamOf(chunks.slice(pulled))) {
      pulled++;
      yield chunk;
    }
  }
  try {
    for (let done = false; !done; ) {
      const run = transform.resume?.(left(), parsed, saved);
      if (run === undefined) throw new Error('cannot save its state');
      const output = run.output[Symbol.asyncIterator]();
      const next = await output.next();
      done = next.done === true;
      if (!next.done) received.push(Buffer.from(next.value));
      saved = JSON.parse(JSON.stringify(run.save()));
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
    return { bytes: undefined, refused: `${error.reason}: ${error.message}`, asides: {} };
  }
  return { bytes: Buffer.concat(received).toString('latin1'), refused: undefined, asides: {} };
}

/** What comes of a transform: all bytes, as latin1 so that differences can be read, or the message of the refusal. */
interface Outcome {
  readonly bytes: string | undefined;
  readonly refused: string | undefined;
  readonly asides: Readonly<Record<string, string>>;
}

async function outcome<Options>(
  transform: Transform<Options>,
  options: RawOptions,
  chunks: readonly Uint8Array[],
): Promise<Outcome> {
  const received: Buffer[] = [];
  await using file = recordingFile();
  try {
    for await (const chunk of transform.apply(streamOf(chunks), transform.options.parse(options), file)) {
      received.push(Buffer.from(chunk));
      // Whoever receives a chunk may do this: nothing of it may be needed any more.
      chunk.fill(0xff);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
    return { bytes: undefined, refused: `${error.reason}: ${error.message}`, asides: {} };
  }
  return { bytes: Buffer.concat(received).toString('latin1'), refused: undefined, asides: file.asides };
}

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

/** A stream of copies, which the transform may change. Their addresses are odd and even by turns. */
export async function* streamOf(chunks: Iterable<Uint8Array>): ByteStream {
  let odd = 0;
  for (const chunk of chunks) {
    const copy = new Uint8Array(chunk.length + 1).subarray(odd, odd + chunk.length);
    copy.set(chunk);
    odd = 1 - odd;
    yield copy;
  }
}

function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    cut.push(bytes.subarray(start, start + size));
    start = Math.min(bytes.length, start + size);
  }
  return [...cut, bytes.subarray(start)];
}
