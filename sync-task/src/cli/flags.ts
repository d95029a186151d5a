/** Which flags each command takes, and what each takes. */
import { type Option, type OptionName, optionNames, optionOf } from '../config/options.ts';
import { commands } from './help.ts';

export interface Flag {
  readonly type: 'boolean' | 'string';
  readonly group: string;
  readonly describe: string;
  readonly array?: boolean;
  readonly requiresArg?: boolean;
  readonly demandOption?: boolean;
  readonly hidden?: boolean;
  /** The same flag as one letter. */
  readonly alias?: string;
}

const planning: readonly OptionName[] = ['batch-files', 'batch-bytes', 'max-batches', 'max-files', 'max-bytes'];
const verifying: readonly OptionName[] = ['checksum', 'repair'];
/** Taken by `verify`, so that one set of flags does for all commands, but of no use to it. */
const unshownForVerify: readonly OptionName[] = [
  'min-age',
  'stable',
  'marker',
  'force',
  'gate',
  'accept',
  'transform-changed',
  'max-files',
  'max-bytes',
  'existing',
];
/** How much is said, and in which form. */
const saying: readonly OptionName[] = ['json', 'quiet', 'verbose', 'color', 'log-level', 'log-format'];
const stateOnly: readonly OptionName[] = ['source', 'target', 'state', 'wait', 'pipeline', 'trace-id', ...saying];

const moving: readonly string[] = ['state export', 'state import'];
const stateCommands: readonly string[] = ['status', 'prune', 'take-over', ...moving];
/** With `--repair`, `verify` plans a run. */
const plans: readonly string[] = ['plan', 'sync', 'verify', 'explain'];
const withoutRun: readonly string[] = ['explain', 'prune', 'take-over', 'trust', ...moving];
/** What leads to a server. */
const reaching: readonly OptionName[] = [
  'source',
  'target',
  'source-jump',
  'target-jump',
  'source-proxy',
  'target-proxy',
  'source-legacy-algorithms',
  'target-legacy-algorithms',
  'connect-timeout',
  ...saying,
];

/** By name, without the dashes, in the order of the help. */
export function flagsOf(command: string): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  const text = (name: string, group: string, describe: string, demandOption = false) =>
    flags.set(name, { type: 'string', group, describe, demandOption });
  text('config', 'Locations', 'a YAML file with any of these options');
  if (command === 'prune') {
    text('keep', 'Selection', 'forget runs and events older than this, such as 90d', true);
  }
  if (command === 'take-over') text('from', 'Locations', 'the name that the pipeline had until now', true);
  if (moving.includes(command)) text('file', 'Locations', 'the file that holds what is moved', true);
  if (!withoutRun.includes(command)) {
    const describe =
      command === 'check'
        ? 'name of the run that it is the beginning of: where it fails, the run has a report that says so'
        : 'name of the run (default for plan, sync and verify --repair: made from the time)';
    text('run', 'Batches', describe, command === 'run' || command === 'finish');
  }
  if (command === 'run') text('batch', 'Batches', 'number of the batch, from 1', true);
  if (command === 'status') {
    text('path', 'Selection', 'everything that happened to this file, and why it was left out last');
    const describe = 'follow the newest run, or that of --run, until it has ended';
    flags.set('watch', { type: 'boolean', group: 'Output', describe });
  }
  if (command === 'trust') text('write', 'Locations', 'append lines for known_hosts to this file');
  for (const name of optionNames) {
    if (command === 'trust' && !reaching.includes(name)) continue;
    if (stateCommands.includes(command) && !stateOnly.includes(name)) continue;
    if (name === 'wait' && command === 'status') continue; // it reads beside whoever has the state
    if (planning.includes(name) && !plans.includes(command)) continue;
    if (verifying.includes(name) && command !== 'verify') continue;
    const hidden = command === 'verify' && unshownForVerify.includes(name);
    flags.set(name, { ...flagOf(optionOf(name)), hidden });
  }
  return flags;
}

/** The commands that take a flag. */
export function commandsWith(flag: string): readonly string[] {
  return commands.flatMap(({ name }) => (flagsOf(name).has(flag) ? [name] : []));
}

function flagOf(option: Option): Flag {
  const { describe, group, choices, short } = option;
  const shown = [
    describe,
    choices ? `[${choices.join('|')}]` : '',
    option.default ? `[default: ${option.default}]` : '',
  ];
  return {
    describe: shown.filter((part) => part !== '').join(' '),
    group,
    requiresArg: option.kind !== 'flag',
    ...(short === undefined ? {} : { alias: short }),
    ...(option.kind === 'flag' ? { type: 'boolean' } : { type: 'string', array: option.kind === 'list' }),
  };
}
