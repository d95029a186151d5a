/** docs/reference/options.md, from what the help is made of. */
import { type CommandName, commandNames, engineCommands, stateCommands } from '../../config/options/commands.ts';
import type { Option } from '../../config/options/option.ts';
import { environmentName, optionNames, optionOf } from '../../config/options/options.ts';
import { commandFlags } from '../command-flags.ts';

interface Row {
  readonly group: Option['group'];
  readonly cells: readonly string[];
}

/** What stands behind a flag. */
const values: Readonly<Record<Option['kind'], string>> = {
  text: ' VALUE',
  list: ' VALUE',
  flag: '',
  count: ' N',
  bytes: ' SIZE',
  duration: ' TIME',
  choice: ' WORD',
  moment: ' WHEN',
  path: ' FOLDER',
  marker: ' NAME',
  bandwidth: ' RATE',
};

export function optionsPage(): string {
  const rows = [...flagRows(), ...optionRows()];
  const groups = [...Map.groupBy(rows, ({ group }) => group)].flatMap(([group, members]) => [
    `## ${group}`,
    '',
    '| flag | variable | default | commands | does |',
    '| --- | --- | --- | --- | --- |',
    ...members.map(({ cells }) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
    '',
  ]);
  return `${[
    '# Options',
    '',
    'Written by `npm run docs:options`. `sync-task COMMAND --help` prints the same for one command.',
    '',
    'An option is a flag, a variable, or a key in the file of [`--config`](../guides/config.md) (the flag without its dashes). The flag wins over the variable,',
    'and the variable over the file. [Secrets](commands.md#settings-and-secrets) are variables only.',
    '',
    '- **SIZE** is a number of bytes such as `64MiB`, `10GB` or `1000`; **TIME** a duration such as `30s`, `5m`, `2h` or `1d`.',
    '- **WHEN** is a date, an ISO time, or an age such as `7d`; **RATE** a rate such as `10M`, or a timetable.',
    '- A flag without a value is `true` or `false` as a variable, and `--no-FLAG` switches it off.',
    '- A repeatable option has one value a line in its variable, and a list in the file.',
    `- Commands: **engine** stands for ${listed(engineCommands)}; **state** for ${listed(stateCommands)}. The engine's commands share`,
    '  one set of options, so an option may have no effect on one of them.',
    '',
    ...groups,
  ].join('\n')}`;
}

/** The flags that only a command line can have. */
function flagRows(): readonly Row[] {
  return Object.entries(commandFlags).map(([name, { kind, group, commands, describe, demandedBy, variable }]) => {
    const needed = demandedBy ? ` (required by ${listed(demandedBy)})` : '';
    return {
      group,
      cells: [flag(name, kind), variable ? code(variable) : '', '', commandWords(commands), describe + needed],
    };
  });
}

function optionRows(): readonly Row[] {
  return optionNames.map((name) => {
    const { kind, group, commands, describe, default: usual, choices, short } = optionOf(name);
    const words = choices ? ` (${choices.map(code).join(', ')})` : '';
    return {
      group,
      cells: [
        (short ? `${code(`-${short}`)}, ` : '') + flag(name, kind),
        code(environmentName(name)),
        usual === undefined || usual === '' || usual === false ? '' : code(String(usual)),
        commandWords(commands),
        describe + words,
      ],
    };
  });
}

function flag(name: string, kind: Option['kind']): string {
  return code(`--${name}${values[kind]}`);
}

function code(text: string): string {
  return `\`${text}\``;
}

function commandWords(commands: readonly CommandName[]): string {
  if (commandNames.every((name) => commands.includes(name))) return 'all';
  const sets = [
    ['**engine**', engineCommands],
    ['**state**', stateCommands],
  ] as const;
  let left = commands;
  const words: string[] = [];
  for (const [word, set] of sets) {
    if (!set.every((name) => left.includes(name))) continue;
    words.push(word);
    left = left.filter((name) => !(set as readonly CommandName[]).includes(name));
  }
  return [...words, ...left].join(', ');
}

function listed(names: readonly string[]): string {
  return names.map(code).join(', ');
}
