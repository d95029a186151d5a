/** Checks of a whole plan before anything is written. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const gateOptions = {
  gate: {
    kind: 'list',
    group: 'Gates',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe:
      'NAME=warn|fail|off[:LIMIT]: what to do before anything is written where empty-source, few-files, many-files, ' +
      'total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there ' +
      'any more; a target that is gone always fails, unless off) is found; repeatable (default: warn)',
  },
  accept: {
    kind: 'list',
    group: 'Gates',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'let this run through this gate; repeatable',
  },
} as const satisfies Record<string, Option>;
