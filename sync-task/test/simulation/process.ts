/** What a scheduler runs. */
import type { World } from '../../src/base/world.ts';
import type { Random } from '../faults/kit/random.ts';
import type { Chances } from './chances.ts';

export interface CallOptions {
  /** Requests of the same order take effect in the order in which they were sent. */
  readonly order?: object | undefined;
  /** It may wait in a frozen process for any time, because its effect is harmless whenever it arrives. */
  readonly mayBeLate?: boolean;
  /** Exempt from faults. */
  readonly sure?: boolean;
  /** Whether its connection is gone. */
  readonly broken?: () => boolean;
}

export interface Process {
  readonly name: string;
  readonly world: World;
  readonly signal: AbortSignal;
  /** A request to another machine. `effect` is atomic, and happens sooner or later. */
  call<T>(label: string, effect: () => T | Promise<T>, options?: CallOptions): Promise<T>;
}

/** How a process ended. */
export type Ending<T> =
  | { readonly how: 'returned'; readonly value: T }
  | { readonly how: 'threw'; readonly error: unknown }
  | { readonly how: 'killed' };

export interface Scheduler {
  readonly nowMs: number;
  readonly steps: number;
  readonly random: Random;
  readonly trace: readonly string[];
  /** Processes that still run, or wait for ever. */
  readonly unended: ReadonlySet<string>;
  /** The faults that may happen from now on. */
  chances: Chances;
  /** Adds a line to the trace. */
  note(line: string): void;
  /** Starts a process. Faults strike neither an exempt process nor its requests. */
  start<T>(
    name: string,
    work: (process: Process) => Promise<T>,
    how?: { readonly exempt: boolean },
  ): Promise<Ending<T>>;
  /** Runs until nothing is left to do, or until `over` is true after a step. Returns false when that takes too long. */
  run(over: () => boolean): Promise<boolean>;
}
