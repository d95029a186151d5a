/** Joins a command of two words, and moves the command before its options: `sync-task --source … sync` works too. */
import { flagsOf } from './flags.ts';
import { commands, otherCommands } from './help.ts';

const names: readonly string[] = [...commands, ...otherCommands].map(({ name }) => name);

export function commandFirst(words: readonly string[]): readonly string[] {
  const joined = join(words);
  if (!joined[0]?.startsWith('-')) return joined;
  const at = joined.findIndex((word, index) => !word.startsWith('-') && !isValue(joined[index - 1] ?? ''));
  if (at < 0 || !names.includes(joined[at] as string)) return joined;
  return [joined[at] as string, ...joined.slice(0, at), ...joined.slice(at + 1)];
}

function join(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, index) => names.includes(`${word} ${words[index + 1]}`));
  // After a flag that takes a value, it is that value.
  if (at < 0 || isValue(words[at - 1] ?? '')) return words;
  return [...words.slice(0, at), `${words[at]} ${words[at + 1]}`, ...words.slice(at + 2)];
}

/** Whether the word after this one is its value. */
function isValue(before: string): boolean {
  if (!before.startsWith('--') || before.includes('=')) return false;
  const flag = names.flatMap((name) => flagsOf(name).get(before.slice(2)) ?? [])[0];
  return flag !== undefined && flag.type !== 'boolean';
}
