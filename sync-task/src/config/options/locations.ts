/** Where files come from and go to, and what is remembered of them. */
import { commandNames, engineCommands, stateCommands } from './commands.ts';
import type { Option } from './option.ts';

export const locationOptions = {
  source: {
    kind: 'text',
    group: 'Locations',
    commands: commandNames,
    describe:
      'where files come from: sftp://user@host:port/path, sftp://user@host/~/path, s3://bucket/prefix, az://container/prefix, gs://bucket/prefix, file:///path',
  },
  target: { kind: 'text', group: 'Locations', commands: commandNames, describe: 'where files go: the same forms' },
  state: {
    kind: 'text',
    group: 'Locations',
    commands: [...engineCommands, ...stateCommands],
    describe:
      'the database of checkpoints: postgres://user@host/database (shared) or sqlite:path (one process) (default: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)',
  },
  wait: {
    kind: 'duration',
    group: 'Locations',
    commands: [...engineCommands, 'prune', 'take-over', 'state export', 'state import'],
    describe:
      'how long to wait for another process that uses the SQLite state, such as 10m (default: not at all; the exit code is 75)',
  },
  pipeline: {
    kind: 'text',
    group: 'Locations',
    commands: [...engineCommands, ...stateCommands],
    describe: 'the name of this pair of source and target, and of its history (default: made from both)',
  },
  'new-target': {
    kind: 'flag',
    group: 'Locations',
    commands: engineCommands,
    describe:
      'the pipeline delivers elsewhere now, or its target was emptied: forget what was delivered and copy everything',
    default: false,
  },
  'same-files': {
    kind: 'flag',
    group: 'Locations',
    commands: engineCommands,
    describe: 'the source or the target has a new address and still holds the same files: keep the checkpoints',
    default: false,
  },
} as const satisfies Record<string, Option>;
