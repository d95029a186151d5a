/** A transform run over chunks, in one go or resumed after every chunk, and what comes of it. */
import { SyncError } from '../base/errors.ts';
import type { ByteStream, SavedState, Transform } from '../transform/transform.ts';
import { recordingFile } from './recording-file.ts';

/** All bytes, as latin1 so that differences can be read, or the message of the refusal. */
export interface RunOutcome {
  readonly bytes?: string;
  readonly refused?: string;
  /** By suffix, as latin1. */
  readonly asides: Readonly<Record<string, string>>;
}

/** @param options as the transform's schema returns them */
export async function appliedOutcome<Options>(
  transform: Transform<Options>,
  options: Options,
  chunks: readonly Uint8Array[],
): Promise<RunOutcome> {
  await using file = recordingFile();
  const outcome = await outcomeOf(transform.apply(streamOf(chunks), options, file));
  return { ...outcome, asides: file.asides };
}

/** Every chunk of output comes from a run of its own. The next run starts from the JSON of what this one saved. */
export async function resumedOutcome<Options>(
  transform: Transform<Options>,
  options: Options,
  chunks: readonly Uint8Array[],
): Promise<RunOutcome> {
  return { ...(await outcomeOf(inRuns(transform, options, chunks))), asides: {} };
}

async function outcomeOf(output: ByteStream): Promise<Omit<RunOutcome, 'asides'>> {
  const received: Buffer[] = [];
  try {
    for await (const chunk of output) {
      received.push(Buffer.from(chunk));
      // A receiver may do this: the transform must not need the chunk any more.
      chunk.fill(0xff);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
    return { refused: `${error.reason}: ${error.message}` };
  }
  return { bytes: Buffer.concat(received).toString('latin1') };
}

async function* inRuns<Options>(
  transform: Transform<Options>,
  options: Options,
  chunks: readonly Uint8Array[],
): ByteStream {
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
    if (run === undefined) throw new Error(`${transform.name} cannot save its state`);
    const next = await run.output[Symbol.asyncIterator]().next();
    if (!next.done) yield next.value;
    saved = JSON.parse(JSON.stringify(run.save())) as SavedState;
    if (next.done) return;
  }
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

/** @param sizes of the chunks one after the other; the rest is the last chunk */
export function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    cut.push(bytes.subarray(start, start + size));
    start = Math.min(bytes.length, start + size);
  }
  return [...cut, bytes.subarray(start)];
}
