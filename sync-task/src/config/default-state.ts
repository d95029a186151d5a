/**
 * The default state: one SQLite file for each pipeline, in the user's state folder (XDG Base Directory), wherever the command
 * runs. So cron finds what a shell began, and two pipelines never wait for each other.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from './secrets.ts';

const LONGEST_NAME = 120;

export interface DefaultState {
  readonly file: string;
  /** Where earlier versions kept all pipelines, in one file. */
  readonly formerly: readonly string[];
}

export function defaultState(pipeline: string, environment: Environment): DefaultState {
  const { XDG_STATE_HOME: home, HOME: user } = environment;
  // The standard says to ignore a relative one.
  const states = home && isAbsolute(home) ? home : join(user || homedir(), '.local', 'state');
  const inImage = states === home ? [join(states, 'state.db')] : [];
  return {
    file: join(states, 'sync-task', `${fileName(pipeline)}.db`),
    formerly: [resolve('.sync-task', 'state.db'), ...inImage],
  };
}

/** The default states of all pipelines that have one. */
export function defaultStates(environment: Environment): readonly string[] {
  const folder = dirname(defaultState('', environment).file);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.db'));
  return names.sort().map((name) => join(folder, name));
}

/** Different for any two names, also on a disk that ignores case. */
function fileName(pipeline: string): string {
  const safe = pipeline.replace(/[^a-z0-9._-]|^\./g, (character) => `%${Buffer.from(character).toString('hex')}`);
  if (safe.length <= LONGEST_NAME) return safe;
  return `${safe.slice(0, LONGEST_NAME)}-${createHash('sha256').update(pipeline).digest('hex').slice(0, 16)}`;
}
