/** Shell completion, made from the table of options: a shell offers exactly what the program accepts. */

import { choicesOf } from '../flag-values.ts';
import { flagsOf } from '../flags.ts';
import { commands, otherCommands } from '../help.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const seconds = [...commands, ...otherCommands].flatMap(({ name }) => name.split(' ').slice(1));
/** By their first word: `state export` and `state import` belong to `state`. */
const allCommands = [...Map.groupBy([...commands, ...otherCommands], ({ name }) => name.split(' ')[0] ?? '')].map(
  ([name, all]) => ({ name, summary: all.map(({ summary }) => summary).join('; '), all: all.map((each) => each.name) }),
);
/** What commands take besides flags. */
const words: Readonly<Record<string, readonly string[]>> = { completion: shells, state: seconds };
const files: readonly string[] = ['config', 'file', 'report-dir', 'write'];

interface Offered {
  readonly name: string;
  readonly letter: string | undefined;
  readonly describe: string;
  readonly takesValue: boolean;
  readonly repeatable: boolean;
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

function offeredBy(command: string): readonly Offered[] {
  if (otherCommands.some(({ name }) => name === command)) return [];
  const all = allCommands.find(({ name }) => name === command)?.all ?? [];
  const flags = new Map(all.flatMap((each) => [...flagsOf(each)]));
  return [...flags].flatMap(([name, { type, hidden, describe, alias, array }]) =>
    hidden
      ? []
      : {
          name,
          letter: alias,
          describe: describe.replace(/ \[.*$/, ''),
          takesValue: type !== 'boolean',
          repeatable: array === true,
          choices: choicesOf(name),
          isFile: files.includes(name),
        },
  );
}

export function completion(shell: Shell): string {
  const made = { bash, zsh, fish }[shell]();
  return `# ${shell} completion of sync-task: written by "sync-task completion ${shell}"\n${made}`;
}

function bash(): string {
  const all = new Map(allCommands.flatMap(({ name }) => offeredBy(name)).map((each) => [each.name, each]));
  const valued = [...all.values()].filter(({ takesValue }) => takesValue);
  const chosen = valued.filter(({ choices }) => choices.length > 0);
  const plain = valued.filter(({ choices, isFile }) => choices.length === 0 && !isFile);
  const byCommand = allCommands.map(({ name }) => {
    const flags = offeredBy(name).flatMap(({ name: flag, letter }) => [`--${flag}`, ...(letter ? [`-${letter}`] : [])]);
    return `    ${name}) words='${[...(words[name] ?? []), ...flags, '--help'].join(' ')}' ;;`;
  });
  return `_sync_task() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${allCommands.map(({ name }) => name).join(' ')} --help --version' -- "$cur"))
    return
  fi
  case $prev in
${chosen.map(({ name, choices }) => `    --${name}) words='${choices.join(' ')}' ;;`).join('\n')}
    ${valued
      .filter(({ isFile }) => isFile)
      .map(({ name }) => `--${name}`)
      .join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    ${plain.map(({ name }) => `--${name}`).join('|')}) return ;;
  esac
  [ -n "$words" ] || case \${COMP_WORDS[1]} in
${byCommand.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _sync_task sync-task
`;
}

function zsh(): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''");
  const inSpec = (text: string) => quote(text.replace(/[\\[\]:]/g, '\\$&'));
  const spec = ({ name, letter, describe, takesValue, repeatable, choices, isFile }: Offered): string => {
    const action = choices.length > 0 ? `(${choices.join(' ')})` : isFile ? '_files' : ' ';
    const value = takesValue ? `:value:${action}` : '';
    const long = `'${repeatable ? '*' : ''}--${name}${takesValue ? '=' : ''}[${inSpec(describe)}]${value}'`;
    return letter ? `${long} '-${letter}[${inSpec(describe)}]'` : long;
  };
  const described = allCommands.map(({ name, summary }) => `    '${name}:${quote(summary.replaceAll(':', '\\:'))}'`);
  const byCommand = allCommands.map(({ name }) => {
    const operand = words[name] ? [`'1:word:(${words[name].join(' ')})'`] : [];
    const specs = [...operand, ...offeredBy(name).map(spec), "'--help[show the help]'"];
    return `    ${name}) _arguments ${specs.join(' \\\n      ')} ;;`;
  });
  return `#compdef sync-task
_sync-task() {
  local -a known
  known=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command known
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${byCommand.join('\n')}
  esac
}
if [ "$funcstack[1]" = _sync-task ]; then _sync-task "$@"; else compdef _sync-task sync-task; fi
`;
}

function fish(): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const offers = new Map<string, { readonly flag: Offered; readonly by: string[] }>();
  for (const { name } of allCommands) {
    for (const flag of offeredBy(name)) {
      const known = offers.get(flag.name);
      if (known) known.by.push(name);
      else offers.set(flag.name, { flag, by: [name] });
    }
  }
  const flags = [...offers.values()].map(({ flag, by }) => {
    const { name, letter, describe, takesValue, choices, isFile } = flag;
    const value = !takesValue
      ? ''
      : choices.length > 0
        ? ` -x -a ${quote(choices.join(' '))}`
        : isFile
          ? ' -r -F'
          : ' -x';
    const short = letter ? ` -s ${letter}` : '';
    const seen = quote(`__fish_seen_subcommand_from ${by.join(' ')}`);
    return `complete -c sync-task -n ${seen}${short} -l ${name}${value} -d ${quote(describe)}`;
  });
  const named = allCommands.map(
    ({ name, summary }) => `complete -c sync-task -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
  );
  const operands = Object.entries(words).map(
    ([name, each]) =>
      `complete -c sync-task -n ${quote(`__fish_seen_subcommand_from ${name}`)} -a ${quote(each.join(' '))}`,
  );
  return `${['complete -c sync-task -f', ...named, ...operands, ...flags].join('\n')}\n`;
}
