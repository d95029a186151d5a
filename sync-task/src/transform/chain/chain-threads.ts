/**
 * Runs the chains of large files in worker threads, so that changing bytes and moving them overlap: the main thread encrypts both
 * connections. Small files are not worth the way there and back, nor is work that Node does in threads anyway (compression).
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { TransformSetting } from '../../config/settings.ts';
import { decoderMemory } from '../compression/decoder-memory.ts';
import type { BoundedFile, ByteStream, FileContext } from '../transform.ts';
import type { Chain } from './chain.ts';
import { type ChangedPiece, changedFile, type Start } from './changed-file.ts';
import {
  type AnswerValue,
  type FileToChange,
  type FromThread,
  ownBytes,
  type PlainError,
  type ToThread,
} from './thread-messages.ts';

export interface ChainThreads extends AsyncDisposable {
  /**
   * The rest of a file's output, made in this thread or in a worker thread. Throws what the transforms and the input throw, and
   * `permanent` where the worker thread dies. `bytes` is the size of the input.
   */
  changed(path: string, bytes: number, input: ByteStream, start: Start, file: FileContext): AsyncIterable<ChangedPiece>;
}

/** What the content of files may take. */
export interface DecoderLimits {
  /** For all decoders together. */
  readonly memoryBytes: number;
  /** Bytes of output for one byte of the source. */
  readonly maxExpansion: number;
}

const LEAST_BYTES = 4 * 1024 * 1024;
/** A thread takes about 15 MB, and one core is busy with the connections. */
const MOST_THREADS = 4;

interface Thread {
  readonly worker: Worker;
  files: number;
  /** Set once the thread has ended; resolves `ended`. */
  end?: SyncError;
  readonly ended: Promise<void>;
}

export function chainThreads(
  chain: Chain,
  settings: readonly TransformSetting[],
  { memoryBytes, maxExpansion }: DecoderLimits,
  most: number = Math.min(MOST_THREADS, availableParallelism() - 1),
): ChainThreads {
  let threads: Thread[] = [];
  const memory = decoderMemory(memoryBytes);

  function leastBusy(): Thread {
    threads = threads.filter(({ end }) => end === undefined);
    const idle = threads.find(({ files }) => files === 0);
    if (idle) return idle;
    if (threads.length >= most) return threads.reduce((a, b) => (b.files < a.files ? b : a));
    const thread = startThread(settings);
    threads.push(thread);
    return thread;
  }

  return {
    async *changed(path, bytes, input, start, file) {
      const count = chain.memoryShares(path);
      using shares = memory.forFile(count);
      const limits = { memoryBytes: Math.floor(memoryBytes / Math.max(1, count)), maxExpansion };
      const bounded: BoundedFile = { ...file, ...limits, takeMemory: shares.take, turn: () => setImmediate() };
      if (most < 1 || bytes < LEAST_BYTES || !chain.busy(path)) yield* changedFile(chain, path, input, start, bounded);
      else yield* changedInThread(leastBusy(), path, input, start, bounded);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function startThread(settings: readonly TransformSetting[]): Thread {
  // In the sources or in the bundle.
  const entry = import.meta.url.endsWith('.ts') ? './chain-worker.ts' : './chain-worker.js';
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: settings });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const thread: Thread = { worker, files: 0, ended };
  function over(why: string, cause?: unknown): void {
    thread.end ??= new SyncError(`the thread of the transforms ended: ${why}; do they need too much memory?`, {
      kind: 'permanent',
      reason: 'transform-crashed',
      cause,
    });
    resolve();
  }
  worker.on('error', (error) => over(asSyncError(error).message, error));
  worker.on('exit', (code) => over(`exit ${code}`));
  return thread;
}

async function* changedInThread(
  thread: Thread,
  path: string,
  input: ByteStream,
  start: Start,
  file: BoundedFile,
): AsyncGenerator<ChangedPiece> {
  const { port1: port, port2 } = new MessageChannel();
  const chunks = input[Symbol.asyncIterator]();
  const arrived: FromThread[] = [];
  const shares = new Map<number, () => void>();
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  let feeding = Promise.resolve();

  const say = (message: ToThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  function fail(error: unknown): void {
    failure ??= { error };
    wake();
  }

  async function feed(): Promise<void> {
    if (failure) return;
    const { value, done } = await chunks.next();
    if (done) return say({ type: 'input-ends' });
    const bytes = ownBytes(value);
    say({ type: 'input', bytes }, [bytes.buffer]);
  }

  async function answer(call: number, asked: Promise<AnswerValue | undefined>): Promise<void> {
    try {
      const value = await asked;
      say({ type: 'answer', call, ...(value !== undefined && { value }) });
    } catch (thrown) {
      fail(thrown);
      const { message, kind, reason } = asSyncError(thrown);
      say({ type: 'answer', call, error: { message, kind, reason } satisfies PlainError });
    }
  }

  port.on('message', (message: FromThread) => {
    if (message.type === 'want') feeding = feeding.then(feed).catch(fail);
    else if (message.type === 'note') file.note(message.counter, message.count, message.transform);
    else if (message.type === 'scratch') void answer(message.call, file.scratch());
    else if (message.type === 'memory') {
      const taken = file.takeMemory(message.bytes, message.what);
      void answer(
        message.call,
        taken.then((giveBack) => void shares.set(message.call, giveBack)),
      );
    } else if (message.type === 'memory-back') shares.get(message.call)?.();
    else if (message.type === 'keys') void answer(message.call, file.takeKeys(message.keys));
    else if (message.type === 'aside') {
      void answer(
        message.call,
        file.aside(message.suffix, message.bytes).then(() => undefined),
      );
    } else {
      arrived.push(message);
      wake();
    }
  });
  void thread.ended.then(() => fail(thread.end));

  thread.files++;
  try {
    const { memoryBytes, maxExpansion } = file;
    const asked: FileToChange = { path, start, port: port2, memoryBytes, maxExpansion };
    thread.worker.postMessage(asked, [port2]);
    for (;;) {
      const message = arrived.shift();
      if (message?.type === 'ended') return;
      if (message?.type === 'output') {
        yield { bytes: message.bytes, ...(message.point && { point: message.point }) };
        say({ type: 'taken' });
      } else if (failure) throw failure.error;
      else if (message?.type === 'failed') throw new SyncError(message.error.message, message.error);
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    thread.files--;
    failure ??= { error: undefined };
    port.close();
    await feeding;
    await chunks.return?.();
  }
}
