/** Which files a run looks at. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const selectionOptions = {
  prefix: {
    kind: 'path',
    group: 'Selection',
    commands: engineCommands,
    describe: 'take only what is below this folder of the source, such as 2026-11-21/',
    default: '',
  },
  include: {
    kind: 'list',
    group: 'Selection',
    commands: engineCommands,
    describe: 'take only files that match this glob; repeatable',
  },
  exclude: {
    kind: 'list',
    group: 'Selection',
    commands: engineCommands,
    describe: 'leave out files that match this glob; repeatable',
  },
  'min-age': {
    kind: 'duration',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'defer files modified within this time, by the clock of the source where it is known',
    default: '0s',
  },
  stable: {
    kind: 'duration',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'defer files that change within this time after they were listed; needs no clock, and plan waits once',
    default: '0s',
  },
  marker: {
    kind: 'marker',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: "defer a file until another one stands next to it, such as '{name}.done'; markers are not copied",
  },
  since: {
    kind: 'moment',
    group: 'Selection',
    commands: engineCommands,
    describe: 'leave out files last modified before this: 2026-11-21, an ISO time, or an age such as 7d',
  },
  force: {
    kind: 'flag',
    group: 'Selection',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'also copy known, unchanged files',
    default: false,
  },
} as const satisfies Record<string, Option>;
