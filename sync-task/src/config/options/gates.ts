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
      'NAME=warn|fail|off[:LIMIT]: what to do, before anything is written, when a plan looks wrong: empty-source, few-files, ' +
      'many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; ' +
      'a target that is gone fails unless off); repeatable (default: warn)',
  },
  accept: {
    kind: 'list',
    group: 'Gates',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'let this run pass this gate; repeatable',
  },
} as const satisfies Record<string, Option>;
