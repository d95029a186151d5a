/** How a plan is cut. */
import { planningCommands } from './commands.ts';
import type { Option } from './option.ts';

export const batchOptions = {
  'batch-files': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    describe: 'the most files in a batch',
    default: '1000',
  },
  'batch-bytes': {
    kind: 'bytes',
    group: 'Batches',
    commands: planningCommands,
    describe: 'the most bytes in a batch (a larger file is a batch of its own)',
    default: '10GiB',
  },
  'max-batches': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    describe: 'the most batches in a run: batches grow before there are more',
    default: '200',
  },
  'max-files': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    hiddenFrom: ['verify'],
    describe: 'the most files that a run copies; the rest is deferred to the next run',
  },
  'max-bytes': {
    kind: 'bytes',
    group: 'Batches',
    commands: planningCommands,
    hiddenFrom: ['verify'],
    describe: 'the most bytes that a run copies (at least one file); the rest is deferred to the next run',
  },
} as const satisfies Record<string, Option>;
