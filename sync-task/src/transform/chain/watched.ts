/**
 * A transform under a watch. It stalls where it neither waits for its input or anything else outside, nor yields, for some
 * seconds in which the rest of the process works: the file is refused. Between two chunks the rest of the process gets its turn,
 * so no chain delays signals and other files.
 */
import { subtle } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SyncError } from '../../base/errors.ts';
import type { BoundedFile, ByteStream } from '../transform.ts';

const ROUND_MS = 1000;
/** Rounds without progress. The user's own transforms may wait for somebody outside. */
export const ROUNDS = 10;
export const OWN_ROUNDS = 300;

export interface Watch {
  input(input: ByteStream): ByteStream;
  file(file: BoundedFile): BoundedFile;
  output(output: ByteStream): ByteStream;
}

/** For one transform of one file. */
export function watch(name: string, rounds: number, roundMs = ROUND_MS): Watch {
  /** Waits outside the transform. */
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
        // Node's own threads may be busy with slow disks: only rounds in which they are free count.
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
          // This may be all that is left to wait for, so the timer keeps the process alive; an abandoned file must not.
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
        // A stalled transform neither ends nor closes its input.
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

/** Lets the rest of the process run where the last turn was too long ago. */
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
