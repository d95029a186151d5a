/** Which flags each command takes, and what each takes. */
import { type CommandName, commandNames } from '../config/options/commands.ts';
import type { Option } from '../config/options/option.ts';
import { optionNames, optionOf } from '../config/options/options.ts';
import { type CommandFlag, commandFlags } from './command-flags.ts';

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

/** By name, without the dashes, in the order of the help. None for what is no command that takes options. */
export function flagsOf(command: string): ReadonlyMap<string, Flag> {
  const name = commandNames.find((each) => each === command);
  if (name === undefined) return new Map();
  const own = Object.entries(commandFlags).filter(([, { commands }]) => commands.includes(name));
  const shared = optionNames.filter((option) => optionOf(option).commands.includes(name));
  return new Map([
    ...own.map(([flag, declared]) => [flag, ownFlag(declared, name)] as const),
    ...shared.map((option) => [option, flagOf(optionOf(option), name)] as const),
  ]);
}

/** The commands that take the flag, in the order of the help. */
export function commandsWith(flag: string): readonly string[] {
  return commandNames.filter((name) => flagsOf(name).has(flag));
}

function ownFlag({ kind, group, describe, describeFor, demandedBy }: CommandFlag, command: CommandName): Flag {
  const shown = { group, describe: describeFor?.[command] ?? describe };
  if (kind === 'flag') return { type: 'boolean', ...shown };
  return { type: 'string', ...shown, demandOption: demandedBy?.includes(command) === true };
}

function flagOf(option: Option, command: CommandName): Flag {
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
    hidden: option.hiddenFrom?.includes(command) === true,
    ...(short === undefined ? {} : { alias: short }),
    ...(option.kind === 'flag' ? { type: 'boolean' } : { type: 'string', array: option.kind === 'list' }),
  };
}
