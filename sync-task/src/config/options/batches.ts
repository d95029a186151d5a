/** How a plan is cut. */
import { planningCommands } from './commands.ts';
import type { Option } from './option.ts';

export const batchOptions = {
  'batch-files': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    describe: 'files in a batch at most',
    default: '1000',
  },
  'batch-bytes': {
    kind: 'bytes',
    group: 'Batches',
    commands: planningCommands,
    describe: 'bytes in a batch at most (a larger file is a batch of its own)',
    default: '10GiB',
  },
  'max-batches': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    describe: 'batches in a run at most: larger ones rather than more',
    default: '200',
  },
  'max-files': {
    kind: 'count',
    group: 'Batches',
    commands: planningCommands,
    hiddenFrom: ['verify'],
    describe: 'files that a run copies at most; the rest is deferred to the next run',
  },
  'max-bytes': {
    kind: 'bytes',
    group: 'Batches',
    commands: planningCommands,
    hiddenFrom: ['verify'],
    describe: 'bytes that a run copies at most (one file at least); the rest is deferred to the next run',
  },
} as const satisfies Record<string, Option>;
