/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';

export interface Options {
  /** Small data, few peers, a verdict instead of a stored result. */
  readonly smoke: boolean;
  /** Names of cases; empty: all. */
  readonly cases: readonly string[];
  /** Names of peers; empty: those that each case names. */
  readonly peers: readonly string[];
  readonly rounds: number;
  /** A run that takes longer is ended, and counted as "more than". */
  readonly limitMs: number;
  /** Divides the number of files and their sizes, to try the harness itself. Nothing is stored then. */
  readonly shrink: number;
  /** A finished build to measure; undefined: the sources are built first. */
  readonly dist: string | undefined;
  readonly list: boolean;
}

const DEFAULT_ROUNDS = 3;
const DEFAULT_LIMIT_MINUTES = 10;

export const usage = `npm run bench -- [OPTIONS]
  --smoke              under two minutes, small data; fails when sync-task is clearly behind rclone
  --case NAME          only this case (repeatable); others keep their stored result
  --peers A,B          only these contestants; nothing is stored then
  --rounds N           measured rounds (default ${DEFAULT_ROUNDS})
  --limit-minutes N    end a single run after so long (default ${DEFAULT_LIMIT_MINUTES})
  --shrink N           1/N of the data, to try the harness; nothing is stored then
  --dist FOLDER        measure this build instead of building the sources
  --list               print the cases and leave`;

/** Throws an Error with a sentence for the user. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      peers: { type: 'string', default: '' },
      rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
      'limit-minutes': { type: 'string', default: String(DEFAULT_LIMIT_MINUTES) },
      shrink: { type: 'string', default: '1' },
      dist: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  return {
    smoke: values.smoke,
    cases: values.case,
    peers: values.peers.split(',').filter(Boolean),
    rounds: positive('rounds', values.rounds),
    limitMs: positive('limit-minutes', values['limit-minutes']) * 60_000,
    shrink: positive('shrink', values.shrink),
    dist: values.dist,
    list: values.list,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number above 0, not "${text}"`);
  return value;
}
