/**
 * Clock, timers and chance: what an engine asks its surroundings for besides storages and the state. The engine asks nowhere
 * else, so that the simulator (`test/simulation/`) can decide all of it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

export interface World {
  /** Since 1970-01-01 UTC; may jump. */
  wallMs(): number;
  /** Since some moment (in the real world the start of the process); never goes back. */
  monotonicMs(): number;
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Does the work again and again until it is disposed of. */
  every(ms: number, work: () => void): Disposable;
  /** Resolves when everything that is ready now had its turn. */
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
