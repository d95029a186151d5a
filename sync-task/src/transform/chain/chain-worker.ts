/** The entry of a worker thread. It opens the same chain as the main thread and changes several files at a time. */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { TransformSetting } from '../../config/settings.ts';
import type { BoundedFile, ByteStream } from '../transform.ts';
import { changedFile } from './changed-file.ts';
import { openChain } from './open-chain.ts';
import {
  type AnswerValue,
  chunksAhead,
  type FileToChange,
  type FromThread,
  ownBytes,
  type ToThread,
} from './thread-messages.ts';

const opened = openChain(workerData as readonly TransformSetting[]).then(async (chain) => {
  await chain.prepare();
  return chain;
});

parentPort?.on('message', (file: FileToChange) => void change(file));

async function change(asked: FileToChange): Promise<void> {
  const { path, start } = asked;
  const line = mainThread(asked);
  try {
    for await (const { bytes, point } of changedFile(await opened, path, line.input(), start, line.file)) {
      await line.output(bytes, point === undefined ? {} : { point });
    }
    line.say({ type: 'ended' });
  } catch (thrown) {
    const { message, kind, reason, path, cause, stack } = asSyncError(thrown);
    line.say({
      type: 'failed',
      error: { message, kind, reason, path, cause: String((cause as Error)?.stack ?? stack) },
    });
  }
}

/** The thread's end of a file's port. Everything that waits fails once the port is closed. */
function mainThread({ port, path, memoryBytes, maxExpansion }: FileToChange) {
  const chunks: (Uint8Array | undefined)[] = [];
  const calls = new Map<number, (answer: ToThread & { type: 'answer' }) => void>();
  const closed = new AbortController();
  let waiting: (() => void)[] = [];
  let untaken = 0;
  let lastCall = 0;

  port.on('message', (message: ToThread) => {
    if (message.type === 'input') chunks.push(message.bytes);
    else if (message.type === 'input-ends') chunks.push(undefined);
    else if (message.type === 'taken') untaken--;
    else calls.get(message.call)?.(message);
    wake();
  });
  port.on('close', () => {
    closed.abort(new SyncError('the file is given up', { kind: 'stopped', reason: 'given-up' }));
    for (const [call, settle] of calls) settle({ type: 'answer', call });
    wake();
  });

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }

  function say(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
    port.postMessage(message, transfer as ArrayBuffer[]);
  }

  async function until(truth: () => boolean): Promise<void> {
    for (;;) {
      closed.signal.throwIfAborted();
      if (truth()) return;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
  }

  async function ask<Value extends AnswerValue | undefined>(
    make: (call: number) => FromThread,
    transfer?: readonly ArrayBuffer[],
  ): Promise<Value> {
    closed.signal.throwIfAborted();
    const call = ++lastCall;
    const answered = new Promise<ToThread & { type: 'answer' }>((resolve) => {
      calls.set(call, resolve);
    });
    say(make(call), transfer);
    const { value, error } = await answered;
    calls.delete(call);
    closed.signal.throwIfAborted();
    if (error) throw new SyncError(error.message, error);
    return value as Value;
  }

  const file: BoundedFile = {
    memoryBytes,
    maxExpansion,
    turn: () => setImmediate(),
    path,
    signal: closed.signal,
    scratch: () => ask<string>((call) => ({ type: 'scratch', call })),
    async aside(suffix, bytes) {
      const own = ownBytes(bytes);
      await ask((call) => ({ type: 'aside', call, suffix, bytes: own }), [own.buffer]);
    },
    async takeMemory(bytes, what) {
      let share = 0;
      await ask((call) => {
        share = call;
        return { type: 'memory', call, bytes, what };
      });
      return () => say({ type: 'memory-back', call: share });
    },
    takeKeys: (keys) => ask<readonly boolean[]>((call) => ({ type: 'keys', call, keys })),
    note: (counter, count, transform = '') => say({ type: 'note', counter, count, transform }),
  };

  return {
    say,
    file,
    async *input(): ByteStream {
      for (let ahead = 0; ahead < chunksAhead; ahead++) say({ type: 'want' });
      for (;;) {
        await until(() => chunks.length > 0);
        const chunk = chunks.shift();
        if (chunk === undefined) return;
        yield chunk;
        say({ type: 'want' });
      }
    },
    async output(bytes: Uint8Array, point: Pick<FromThread & { type: 'output' }, 'point'>): Promise<void> {
      await until(() => untaken < chunksAhead);
      const own = ownBytes(bytes);
      untaken++;
      say({ type: 'output', bytes: own, ...point }, [own.buffer]);
    },
  };
}
