/** What a scheduler runs. */
import type { World } from '../../src/base/world.ts';
import type { Random } from '../faults/kit/random.ts';
import type { Chances } from './chances.ts';

export interface CallOptions {
  /** Requests of the same order take effect in the order in which they were sent. */
  readonly order?: object | undefined;
  /** It may wait in the process while that is frozen, however long: what it does is harmless whenever it comes. */
  readonly mayBeLate?: boolean;
  /** Faults pass it by. */
  readonly sure?: boolean;
  /** Whether the connection it was sent on is gone. */
  readonly broken?: () => boolean;
}

export interface Process {
  readonly name: string;
  readonly world: World;
  readonly signal: AbortSignal;
  /** Something that is done elsewhere: `effect` happens in one moment, sooner or later. */
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
  /** Processes that go on, or wait for ever. */
  readonly unended: ReadonlySet<string>;
  /** What may go wrong from now on. */
  chances: Chances;
  /** Adds a line to the trace. */
  note(line: string): void;
  /** Starts a process; one that is exempt is never disrupted, nor do its requests fail. */
  start<T>(
    name: string,
    work: (process: Process) => Promise<T>,
    how?: { readonly exempt: boolean },
  ): Promise<Ending<T>>;
  /** Until nothing is left to do, or `over` says so after a step; false where that takes too long. */
  run(over: () => boolean): Promise<boolean>;
}
