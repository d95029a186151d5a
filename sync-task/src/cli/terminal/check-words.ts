/**
 * Checks the words of a command line before yargs does. yargs notices an unknown flag, but neither suggests one nor knows how it
 * was typed (it sees `--no-such-flag` as `such-flag`, and `-source` as six flags). No message repeats a word that is no flag: it
 * may be a password.
 */
import { SyncError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { commandsWith, type Flag, flagsOf } from '../flags.ts';
import { commands, otherCommands } from '../help.ts';

const commandNames = [...commands, ...otherCommands].map(({ name }) => name);
const always: ReadonlyMap<string, Flag> = new Map(
  ['help', 'version'].map((name) => [name, { type: 'boolean', group: '', describe: '' }]),
);
/** What other programs call our commands. */
const others: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['copy', 'cp', 'mv', 'move', 'mirror', 'push', 'pull', 'transfer', 'start'].map((name) => [name, 'sync']),
  ),
  ls: 'plan --dry-run',
  list: 'plan --dry-run',
  compare: 'verify',
  rename: 'take-over',
};

/** Throws `usage` if the first word is no command. */
export function checkCommand(word: string): void {
  if (word.startsWith('-') || commandNames.includes(word)) return;
  if (word === 'state') throw bad('state: say what to do with it: state export or state import');
  const isName = /^[a-z-]{1,20}$/i.test(word);
  const meant = isName ? (nearest(word, commandNames) ?? others[word.toLowerCase()]) : undefined;
  const named = isName ? `there is no command ${word}` : 'a command comes first';
  throw bad(meant ? `${named}. Did you mean ${meant}?` : `${named}; name one of ${commandNames.join(', ')}`);
}

/** Throws `usage` for a word after the command that it does not accept. */
export function checkWords(words: readonly string[], command: string): void {
  const flags = new Map([...flagsOf(command), ...always]);
  const letters = ['h', ...[...flags.values()].flatMap(({ alias }) => alias ?? [])].join('');
  const short = new RegExp(`^-[${letters}]+$`);
  let operands = commands.some(({ name, operand }) => name === command && operand !== undefined) ? 1 : 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (operands > 0 && !word.startsWith('-')) {
      operands--;
      continue;
    }
    if (short.test(word)) continue;
    if (!/^--?[a-z]/i.test(word)) throw noFlag(word, command);
    const typed = word.replace(/=.*$/s, '');
    const name = typed.slice(2);
    const plain = name.replace(/^no-/, '');
    const flag = typed.startsWith('--') ? (flags.get(name) ?? flags.get(plain)) : undefined;
    if (!flag) throw unknown(typed, command, flags);
    if (name !== plain && flag.type !== 'boolean' && !flags.has(name)) throw unknown(typed, command, flags);
    if (word.includes('=')) continue;
    const next = words[index + 1];
    if (flag.type === 'boolean') {
      if (next === 'true' || next === 'false') index++;
      continue;
    }
    if (next === undefined || /^-[-a-z]/i.test(next)) {
      throw bad(
        `${typed}: no value stands behind it; write ${typed} VALUE, or ${typed}=VALUE where it begins with "-"`,
      );
    }
    index++;
  }
}

function noFlag(word: string, command: string): SyncError {
  const shown = /^[\w.-]{1,40}$/.test(word) ? JSON.stringify(word) : 'a word';
  const list = /^[\w*?.,[\]{}/-]+$/.test(word) ? '; a flag takes one value: repeat it, and quote globs' : '';
  return bad(`${command}: ${shown} stands where an option is expected; write --source URL --target URL${list}`);
}

function unknown(typed: string, command: string, flags: ReadonlyMap<string, Flag>): SyncError {
  const name = typed.replace(/^--?/, '');
  if (!typed.startsWith('--') && flags.has(name)) return bad(`${typed}: write --${name}, with two dashes`);
  const elsewhere = commandsWith(name);
  if (elsewhere.length > 0) return bad(`${typed}: ${command} does not take it; it is for ${elsewhere.join(', ')}`);
  const names = [...flags].flatMap(([each, { hidden }]) => (hidden ? [] : each));
  const found = nearest(name, names);
  const negated = name.startsWith('no-') ? nearest(name.slice(3), names) : undefined;
  const meant =
    found ?? (negated === undefined ? undefined : flags.get(negated)?.type === 'boolean' ? `no-${negated}` : negated);
  return bad(
    `${typed}: there is no such option; ${meant ? `did you mean --${meant}?` : `see sync-task ${command} --help`}`,
  );
}

function bad(message: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason: 'bad-argument' });
}
