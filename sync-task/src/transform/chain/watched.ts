/**
 * A transform under a watch. Where it neither waits for its input, nor for something else outside, nor hands anything on, for some
 * seconds in which everything else in the process works, nothing is to come any more: the file is refused. And between two chunks
 * the process gets its turn: no chain of transforms keeps signals and other files waiting.
 */
import { subtle } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SyncError } from '../../base/errors.ts';
import type { BoundedFile, ByteStream } from '../transform.ts';

const ROUND_MS = 1000;
/** Rounds without a move. The user's own transforms may ask somebody else meanwhile. */
export const ROUNDS = 10;
export const OWN_ROUNDS = 300;

export interface Watch {
  input(input: ByteStream): ByteStream;
  file(file: BoundedFile): BoundedFile;
  output(output: ByteStream): ByteStream;
}

/** For one transform of one file. */
export function watch(name: string, rounds: number, roundMs = ROUND_MS): Watch {
  /** Waits for what is none of the transform's business. */
  let outside = 0;
  let moves = 0;
  let close = async () => {};

  async function away<T>(work: () => Promise<T>): Promise<T> {
    outside++;
    try {
      return await work();
    } finally {
      outside--;
      moves++;
    }
  }

  return {
    input(input) {
      return {
        [Symbol.asyncIterator]() {
          const chunks = input[Symbol.asyncIterator]();
          close = async () => void (await chunks.return?.());
          return {
            next: () => away(() => chunks.next()),
            return: async (value) => (await chunks.return?.(value)) ?? { done: true, value },
          };
        },
      };
    },
    file: (file) => ({
      ...file,
      scratch: () => away(() => file.scratch()),
      aside: (suffix, bytes) => away(() => file.aside(suffix, bytes)),
      takeKeys: (keys) => away(() => file.takeKeys(keys)),
      turn: () => away(() => file.turn()),
      takeMemory: (bytes, what) => away(() => file.takeMemory(bytes, what)),
    }),
    async *output(output) {
      const chunks = output[Symbol.asyncIterator]();
      let fail: ((error: SyncError) => void) | undefined;
      let still = 0;
      let seen = -1;
      let stalled = false;

      async function look(): Promise<void> {
        const waits = fail !== undefined && outside === 0 && moves === seen;
        seen = moves;
        // The threads of Node's own may be busy with slow disks: what is not their turn is no standstill.
        await subtle.digest('SHA-256', new Uint8Array(1));
        still = waits && moves === seen ? still + 1 : 0;
        if (still < rounds) return;
        stalled = true;
        fail?.(stalledError(name));
      }

      let looking = false;
      const timer = setInterval(() => {
        if (looking) return;
        looking = true;
        void look().finally(() => {
          looking = false;
        });
      }, roundMs);
      try {
        for (;;) {
          // The only thing that is left to wait for, perhaps; but who was given up must not keep the process.
          timer.ref();
          const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
            fail = reject;
            chunks.next().then(resolve, reject);
          });
          fail = undefined;
          timer.unref();
          moves++;
          if (next.done) return;
          await breathe();
          yield next.value;
        }
      } finally {
        clearInterval(timer);
        // What stands still does not end either, nor does it close its input.
        const ended = chunks.return?.();
        ended?.catch(() => undefined);
        if (stalled) await close().catch(() => undefined);
        else await ended;
      }
    },
  };
}

const LONGEST_TURN_MS = 15;
let turnMs = performance.now();

/** Lets the rest of the process have its turn, where the last one was too long ago. */
export async function breathe(): Promise<void> {
  if (performance.now() - turnMs < LONGEST_TURN_MS) return;
  await setImmediate();
  turnMs = performance.now();
}

function stalledError(name: string): SyncError {
  return new SyncError(
    `transform ${name}: it came to a standstill amid the file, which must be damaged; have it sent again, or exclude it`,
    { kind: 'refused', reason: 'transform-stalled' },
  );
}
