/** The man page, made from the same tables as the help. */
import type { Option } from '../../config/options/option.ts';
import { environmentName, optionNames, optionOf } from '../../config/options/options.ts';
import { commands, epilogue, otherCommands, usage } from '../help.ts';

const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
    .replace(/[^\n -~]/gu, (character) => {
      return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
    });

/** Lines without filling. */
const asItIs = (text: string): string => `.nf\n${roff(text)}\n.fi`;

export function manPage(): string {
  const [, about = ''] = usage.split('\n\n');
  const groups = Map.groupBy(optionNames, (name) => optionOf(name).group);
  return `${[
    '.\\" Written by scripts/write-shell-files.ts; not to be edited.',
    '.TH SYNC\\-TASK 1 "" "sync\\-task" "User Commands"',
    '.SH NAME',
    'sync\\-task \\- move files one way, through transforms, with a checkpoint for each',
    '.SH SYNOPSIS',
    '.B sync\\-task',
    '.I COMMAND',
    '[\\fIOPTIONS\\fR]',
    '.SH DESCRIPTION',
    roff(about),
    '.SH COMMANDS',
    ...commands.flatMap(({ name, summary, about: more, examples, operand }) => [
      '.TP',
      `.B ${roff(name)}${operand ? ` ${operand}` : ''}`,
      roff(`${summary}. ${more}`),
      '.RS',
      ...examples.flatMap(([command, meaning]) => [
        '.PP',
        `${roff(meaning)}:`,
        '.br',
        `\\fB${roff(command.replace('$0', 'sync-task'))}\\fR`,
      ]),
      '.RE',
    ]),
    ...otherCommands.flatMap(({ name, summary, operand }) => [
      '.TP',
      `.B ${roff(name)} ${operand ?? ''}`,
      roff(summary),
    ]),
    '.SH OPTIONS',
    'Not every command takes all of them: sync\\-task COMMAND \\-\\-help lists those of one.',
    ...[...groups].flatMap(([group, names]) => [
      `.SS ${group}`,
      ...names.flatMap((name) => ['.TP', flagLine(name, optionOf(name)), optionText(name, optionOf(name))]),
    ]),
    '.SH ENVIRONMENT, FILES AND EXIT STATUS',
    asItIs(epilogue),
  ].join('\n')}\n`;
}

function flagLine(name: string, { kind, short, choices }: Option): string {
  const value = kind === 'flag' ? '' : ` \\fI${roff(choices?.join('|') ?? kind.toUpperCase())}\\fR`;
  return `${short ? `\\fB\\-${short}\\fR, ` : ''}\\fB\\-\\-${roff(name)}\\fR${value}`;
}

function optionText(name: string, { describe, default: usual }: Option): string {
  const otherwise = usual === undefined || usual === '' || usual === false ? '' : ` Default: ${usual}.`;
  return roff(`${describe}.${otherwise} Also ${environmentName(name)}.`);
}
