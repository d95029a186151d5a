/** Flags that are no options: what a command works on, rather than how. Only `--config` can stand in the environment. */
import { type CommandName, commandNames } from '../config/options/commands.ts';
import type { Option } from '../config/options/option.ts';

export interface CommandFlag extends Pick<Option, 'group' | 'commands' | 'describe'> {
  readonly kind: 'text' | 'flag';
  /** Commands that don't go without it. */
  readonly demandedBy?: readonly CommandName[];
  /** Where it means something else to one command. */
  readonly describeFor?: Partial<Readonly<Record<CommandName, string>>>;
  /** The variable that does the same. */
  readonly variable?: string;
}

const moving = ['state export', 'state import'] as const satisfies readonly CommandName[];

/** By name, in the order of the help. */
export const commandFlags: Readonly<Record<string, CommandFlag>> = {
  config: {
    kind: 'text',
    group: 'Locations',
    commands: commandNames,
    describe: 'a YAML file with any of these options',
    variable: 'SYNC_TASK_CONFIG',
  },
  keep: {
    kind: 'text',
    group: 'Selection',
    commands: ['prune'],
    demandedBy: ['prune'],
    describe: 'forget runs and events older than this, such as 90d',
  },
  from: {
    kind: 'text',
    group: 'Locations',
    commands: ['take-over'],
    demandedBy: ['take-over'],
    describe: "the pipeline's name until now",
  },
  file: {
    kind: 'text',
    group: 'Locations',
    commands: moving,
    demandedBy: moving,
    describe: 'the file to write or to read',
  },
  run: {
    kind: 'text',
    group: 'Batches',
    commands: ['sync', 'check', 'plan', 'run', 'finish', 'status', 'verify'],
    demandedBy: ['run', 'finish'],
    describe: 'the name of the run (default for plan, sync and verify --repair: made from the time)',
    describeFor: {
      check: 'the name of the run that this check begins: if it fails, the run has a report that says so',
    },
  },
  batch: {
    kind: 'text',
    group: 'Batches',
    commands: ['run'],
    demandedBy: ['run'],
    describe: 'the number of the batch, from 1',
  },
  path: {
    kind: 'text',
    group: 'Selection',
    commands: ['status'],
    describe: 'show the history of this file, and why it was last left out',
  },
  watch: {
    kind: 'flag',
    group: 'Output',
    commands: ['status'],
    describe: 'follow the newest run, or that of --run, until it ends',
  },
  write: {
    kind: 'text',
    group: 'Locations',
    commands: ['trust'],
    describe: 'append known_hosts lines to this file',
  },
};
