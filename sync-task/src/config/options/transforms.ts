/** What changes files on the way. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const transformOptions = {
  transform: {
    kind: 'list',
    group: 'Transforms',
    commands: engineCommands,
    describe:
      'NAME[:OPTION=VALUE,…][@GLOB]: change matching files on the way; repeatable, in order; see sync-task transforms',
  },
  'transform-changed': {
    kind: 'choice',
    group: 'Transforms',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe: 'unchanged files whose transforms were changed since: copy them again, or leave them as they are',
    choices: ['reprocess', 'ignore'],
    default: 'reprocess',
  },
  'decoder-memory': {
    kind: 'bytes',
    group: 'Transforms',
    commands: engineCommands,
    describe:
      'memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows): a file waits for its share, one that needs more is refused',
    default: '128MiB',
  },
  'max-expansion': {
    kind: 'count',
    group: 'Transforms',
    commands: engineCommands,
    describe: 'a file that is decompressed to more than so many times its size (and 64 MiB) is refused',
    default: '1000',
  },
} as const satisfies Record<string, Option>;
