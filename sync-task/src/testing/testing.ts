/**
 * For authors of transforms: the promises that every transform makes, as a test. `testTransform(t, transform, cases)` with the
 * `t` of AVA, `node:assert` or anything else that has `deepEqual` proves for every case that the output is the expected one
 * in one piece, cut in two at every place, in single bytes and cut at random; that a transform with `resume` goes on after every
 * chunk of output; and that memory stays constant over a long file.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SyncError } from '../base/errors.ts';
import { checked } from '../transform/own.ts';
import type { ByteStream, SavedState, Transform } from '../transform/transform.ts';
import { recordingFile } from './recording-file.ts';

export type {
  BoundedFile,
  ByteStream,
  FileContext,
  ResumableRun,
  SavedState,
  Transform,
} from '../transform/transform.ts';

export interface TransformCase {
  /** As in a setting, before the transform's schema has checked them. */
  readonly options?: Readonly<Record<string, string | readonly string[]>>;
  /** Text stands for its UTF-8. */
  readonly input: string | Uint8Array;
  /** What comes out, or what the message matches with which the input is refused. */
  readonly output: string | Uint8Array | RegExp;
  /** What is written aside, by suffix. */
  readonly asides?: Readonly<Record<string, string>>;
}

export interface Assertions {
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown;
}

/** The transform is what a module exports by default, before or after it was loaded. */
export async function testTransform(t: Assertions, exported: unknown, cases: readonly TransformCase[]): Promise<void> {
  const transform = checked('under test', { default: exported });
  for (const { options = {}, input, output, asides = {} } of cases) {
    const bytes = Buffer.from(input);
    const parsed = transform.options.parse(options);
    const title = `${transform.name} of ${JSON.stringify(bytes.toString('latin1').slice(0, 60))}`;
    const applied = async (chunks: readonly Uint8Array[]) => {
      await using file = recordingFile();
      return { ...(await outcome(transform.apply(streamOf(chunks), parsed, file))), asides: file.asides };
    };
    const whole = await applied([bytes]);
    if (output instanceof RegExp)
      t.deepEqual(output.test(whole.refused ?? ''), true, `${title}: ${whole.refused ?? 'not refused'}`);
    else t.deepEqual(whole, { bytes: Buffer.from(output).toString('latin1'), asides: latin1Of(asides) }, title);
    for (const sizes of waysToCut(bytes.length)) {
      const chunks = pieces(bytes, sizes);
      const cut = `${title}, cut into ${sizes.slice(0, 20).join(', ')}, rest`;
      t.deepEqual(await applied(chunks), whole, cut);
      if (!transform.resume) continue;
      const resumed = await outcome(inRuns(transform, parsed, chunks));
      t.deepEqual({ ...resumed, asides: {} }, whole, `${cut}, resumed`);
    }
    if (!(output instanceof RegExp) && bytes.length > 0) await testMemory(t, transform, parsed, bytes);
  }
}

/** What comes of a stream: all bytes, as latin1 so that differences can be read, or the message of a refusal. */
interface Outcome {
  readonly bytes?: string;
  readonly refused?: string;
}

async function outcome(output: ByteStream): Promise<Outcome> {
  const received: Buffer[] = [];
  try {
    for await (const chunk of output) {
      received.push(Buffer.from(chunk));
      // Whoever receives a chunk may do this: nothing of it may be needed any more.
      chunk.fill(0xff);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
    return { refused: `${error.reason}: ${error.message}` };
  }
  return { bytes: Buffer.concat(received).toString('latin1') };
}

function latin1Of(asides: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const texts = Object.entries(asides).map(([suffix, text]) => [suffix, Buffer.from(text).toString('latin1')]);
  return Object.fromEntries(texts);
}

/** Every chunk of output by a run of its own, which starts from the JSON of what the run before saved. */
async function* inRuns(transform: Transform, options: unknown, chunks: readonly Uint8Array[]): ByteStream {
  let saved: SavedState | undefined;
  let pulled = 0;
  async function* left(): ByteStream {
    for await (const chunk of streamOf(chunks.slice(pulled))) {
      pulled++;
      yield chunk;
    }
  }
  for (;;) {
    const run = transform.resume?.(left(), options, saved);
    const next = await run?.output[Symbol.asyncIterator]().next();
    if (run === undefined || next === undefined || next.done) return;
    yield next.value;
    saved = JSON.parse(JSON.stringify(run.save())) as SavedState;
  }
}

/** A stream of copies, which the transform may change, at odd and even addresses by turns. */
async function* streamOf(chunks: Iterable<Uint8Array>): ByteStream {
  let odd = 0;
  for (const chunk of chunks) {
    const copy = new Uint8Array(chunk.length + 1).subarray(odd, odd + chunk.length);
    copy.set(chunk);
    odd = 1 - odd;
    yield copy;
  }
}

const MOST_CUTS_IN_TWO = 200;

/** Sizes of the chunks one after the other; what is left over is the last chunk. The same at every call. */
function* waysToCut(length: number): Generator<readonly number[]> {
  const step = Math.max(1, Math.ceil(length / MOST_CUTS_IN_TWO));
  for (let cut = 0; cut <= length; cut += step) yield [cut];
  yield Array.from({ length }, () => 1);
  yield Array.from({ length: 2 * length }, (_, index) => index % 2);
  let seed = 1;
  for (let time = 0; time < 20; time++) {
    yield Array.from({ length: Math.min(length, 100) }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor(seed / 65_536) % 8;
    });
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

const LONG_BYTES = 16 * 1024 * 1024;
const MOST_GROWTH_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const BLOCKS_BETWEEN_LOOKS = 32;

/** The case's input again and again. What is still held after a garbage collection must not grow with the file. */
async function testMemory(t: Assertions, transform: Transform, options: unknown, bytes: Buffer): Promise<void> {
  const block = Buffer.concat(Array.from({ length: Math.ceil(BLOCK_BYTES / bytes.length) }, () => bytes));
  let lowest = Number.POSITIVE_INFINITY;
  let grown = 0;
  async function* long(): ByteStream {
    for (let sent = 0, blocks = 0; sent < LONG_BYTES; sent += block.length, blocks++) {
      yield new Uint8Array(block);
      if (blocks % BLOCKS_BETWEEN_LOOKS !== 0) continue;
      const held = heldBytes();
      lowest = Math.min(lowest, held);
      grown = Math.max(grown, held - lowest);
    }
  }
  await using recording = recordingFile();
  const file = { ...recording, aside: async () => undefined };
  try {
    for await (const _ of transform.apply(long(), options, file));
  } catch (error) {
    // A file that is right once need not be right a thousand times over.
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
  }
  const enough = grown < MOST_GROWTH_BYTES;
  t.deepEqual(enough, true, `${transform.name} holds ${grown} bytes more in the course of a file of ${LONG_BYTES}`);
}

let collectGarbage: (() => void) | undefined;

function heldBytes(): number {
  if (collectGarbage === undefined) {
    // The collector is out of reach otherwise; a test should need no flag of node's.
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  }
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
