/** Clocks, timers and chance of one process, in virtual time. */
import type { World } from '../../src/base/world.ts';
import type { Random } from '../faults/kit/random.ts';

export interface Timers {
  /** Returns a function that cancels it. */
  set(ms: number, label: string, act: () => void): () => void;
}

/** Offsets of clocks, forward or back: most are right, some a little wrong, some by hours. */
export function offsets({ fraction, pick }: Random, mostMs: number): { offMs(): number } {
  return {
    offMs: () => (mostMs === 0 ? 0 : Math.round((2 * fraction() - 1) * mostMs * pick([0.001, 0.1, 1]))),
  };
}

export function virtualWorld(clocks: Pick<World, 'wallMs' | 'monotonicMs'>, timers: Timers, chance: Random): World {
  return {
    ...clocks,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const takeBack = timers.set(ms, `wakes after ${Math.round(ms)} ms`, resolve);
      const aborted = () => {
        takeBack();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      return promise;
    },
    every(ms, work) {
      let takeBack: () => void;
      const again = () => {
        takeBack = timers.set(ms, 'timer', () => {
          again();
          work();
        });
      };
      again();
      return { [Symbol.dispose]: () => takeBack() };
    },
    turn: () => Promise.resolve(),
    random: chance.fraction,
    uuid: () => `uuid-${chance.below(2 ** 32).toString(16)}`,
  };
}
