/** What changes files on the way. */
import { engineCommands } from './commands.ts';
import type { Option } from './option.ts';

export const transformOptions = {
  transform: {
    kind: 'list',
    group: 'Transforms',
    commands: engineCommands,
    describe:
      'NAME[:OPTION=VALUE,…][@GLOB]: change matching files on the way; repeatable, applied in order; see sync-task transforms',
  },
  'transform-changed': {
    kind: 'choice',
    group: 'Transforms',
    commands: engineCommands,
    hiddenFrom: ['verify'],
    describe:
      'what to do with unchanged files whose transforms have changed: copy them again, or leave them as they are',
    choices: ['reprocess', 'ignore'],
    default: 'reprocess',
  },
  'decoder-memory': {
    kind: 'bytes',
    group: 'Transforms',
    commands: engineCommands,
    describe:
      'memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows): a file waits for its share, and is refused if it needs more',
    default: '128MiB',
  },
  'max-expansion': {
    kind: 'count',
    group: 'Transforms',
    commands: engineCommands,
    describe: 'refuse a file that decompresses to more than this many times its size (and 64 MiB)',
    default: '1000',
  },
} as const satisfies Record<string, Option>;
