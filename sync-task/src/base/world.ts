/**
 * Clock, timers and chance: all that the engine needs from outside besides storages and the state. It asks nowhere else, so
 * that the simulator (`test/simulation/`) controls everything.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

export interface World {
  /** Milliseconds since 1970-01-01 UTC; may jump. */
  wallMs(): number;
  /** Milliseconds since some moment (in the real world the start of the process); never goes back. */
  monotonicMs(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Repeats the work until disposed. */
  every(ms: number, work: () => void): Disposable;
  /** Resolves after everything that is ready now has run. */
  turn(): Promise<void>;
  /** From 0 to below 1. */
  random(): number;
  uuid(): string;
}

export const realWorld: World = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal ? { signal } : {}),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
  turn: () => new Promise(setImmediate),
  random: () => Math.random(),
  uuid: () => randomUUID(),
};
