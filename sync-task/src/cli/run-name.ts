/** The name of a run. */
import { SyncError } from '../base/errors.ts';
import type { Arguments } from './arguments.ts';

const madeFor: readonly string[] = ['plan', 'sync'];

/** Adds a name for the run if the command makes one, so that even an early failure is reported under it. */
export function withRunName(given: Arguments): Arguments {
  if (given.flags['run'] !== undefined || !madeFor.includes(given.command)) return given;
  return { ...given, flags: { ...given.flags, run: newName() } };
}

/** The user's name, else a new one. Throws `usage`. Airflow's run ids hold colons and plus signs. */
export function runName(given: unknown): string {
  if (given === undefined) return newName();
  const text = String(given);
  if (/^[\w.:+@~-]{1,200}$/.test(text)) return text;
  throw new SyncError('--run: a run is named by up to 200 letters, digits and . : + @ ~ _ -', {
    kind: 'usage',
    reason: 'bad-run',
  });
}

function newName(): string {
  return `${new Date().toISOString().slice(0, 19)}Z-${Math.random().toString(36).slice(2, 8)}`;
}
