/** Which files a run looks at. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const selectionOptions = {
  prefix: {
    kind: 'path',
    group: 'Selection',
    commands: engineCommands,
    describe: 'only what is below this folder of the source, such as 2026-11-21/',
    default: '',
  },
  include: {
    kind: 'list',
    group: 'Selection',
    commands: engineCommands,
    describe: 'only files that match this glob; repeatable',
  },
  exclude: {
    kind: 'list',
    group: 'Selection',
    commands: engineCommands,
    describe: 'no files that match this glob; repeatable',
  },
  'min-age': {
    kind: 'duration',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'defer files that were modified within this time, by the clock of the source where it can be told',
    default: '0s',
  },
  stable: {
    kind: 'duration',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'defer files that are not the same so long after they were listed; needs no clock, and plan waits once',
    default: '0s',
  },
  marker: {
    kind: 'marker',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: "defer files until another one stands next to them, such as '{name}.done'; markers are not copied",
  },
  since: {
    kind: 'moment',
    group: 'Selection',
    commands: engineCommands,
    describe: 'leave out files last modified before: 2026-11-21, an ISO time, or an age such as 7d',
  },
  force: {
    kind: 'flag',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'copy also what is known and unchanged',
    default: false,
  },
} as const satisfies Record<string, Option>;
