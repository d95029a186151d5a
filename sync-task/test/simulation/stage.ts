/** Everything that actors act on. */
import type { Settings } from '../../src/config/settings.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Random } from '../faults/kit/random.ts';
import type { Disk } from './disk.ts';
import type { TargetPlace } from './places.ts';
import type { Ending, Scheduler } from './process.ts';
import type { Patch, Scenario } from './scenario.ts';

export interface Stage {
  readonly scenario: Scenario;
  readonly clock: Scheduler;
  readonly random: Random;
  readonly source: Disk;
  readonly target: TargetPlace;
  blame(what: string, detail: string): void;
  /** Runs a command of sync-task in a process of its own. */
  command<T>(
    name: string,
    patch: Patch,
    work: (context: Context) => Promise<T>,
    more?: Partial<Settings>,
  ): Promise<Ending<T>>;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Content that exists nowhere else. */
export function letters(random: Random, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => alphabet.charCodeAt(random.below(alphabet.length))));
}
