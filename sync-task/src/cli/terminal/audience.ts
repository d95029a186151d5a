/** Who reads what a command says: people at a terminal, or programs. Known before the settings are, as errors are told too. */
import { environmentName, type OptionName } from '../../config/options/options.ts';
import type { Environment } from '../../config/secrets.ts';
import type { Arguments } from '../arguments.ts';

export interface Audience {
  /** Lines and tables on stdout; else the JSON result. */
  readonly people: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly colours: boolean;
  /** Of stdout. */
  readonly columns: number;
  readonly rows: number;
  /** Its lines can be drawn over. */
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
