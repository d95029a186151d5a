import { type OptionName, optionNames, optionOf } from '../config/options/options.ts';

/** The words that a flag accepts; empty if it accepts other values. */
export function choicesOf(flag: string): readonly string[] {
  const name = optionNames.find((each: OptionName) => each === flag);
  return (name && optionOf(name).choices) ?? [];
}
