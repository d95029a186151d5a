import { type OptionName, optionNames, optionOf } from '../config/options/options.ts';

/** The words that a flag takes; none where it takes others. */
export function choicesOf(flag: string): readonly string[] {
  const name = optionNames.find((each: OptionName) => each === flag);
  return (name && optionOf(name).choices) ?? [];
}
