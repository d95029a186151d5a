/** Who reads the output: people at a terminal, or programs. Decided before the settings are read, as their errors are output too. */
import { environmentName, type OptionName } from '../../config/options/options.ts';
import type { Environment } from '../../config/secrets.ts';
import type { Arguments } from '../arguments.ts';

export interface Audience {
  /** Lines and tables on stdout, instead of the JSON result. */
  readonly people: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly colours: boolean;
  /** Of stdout. */
  readonly columns: number;
  readonly rows: number;
  /** The terminal can redraw lines. */
  readonly redraws: boolean;
}

export function audienceOf(given: Arguments | undefined, environment: Environment): Audience {
  const isSet = (name: OptionName): boolean | undefined => {
    const value = given?.flags[name] ?? (environment[environmentName(name)] || undefined);
    return value === undefined ? undefined : value === true || value === 'true';
  };
  const { stdout } = process;
  return {
    people: stdout.isTTY === true && !isSet('json') && !environment['SYNC_TASK_RESULT'],
    quiet: isSet('quiet') ?? false,
    verbose: isSet('verbose') ?? false,
    colours: (isSet('color') ?? true) && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb',
    columns: stdout.columns ?? 80,
    rows: stdout.rows ?? 24,
    redraws: environment['TERM'] !== 'dumb',
  };
}
