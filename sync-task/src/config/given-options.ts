/** The value of every option: from the flag, else the environment, else the file of `--config`, else the default. Checked. */
import { badOption } from './bad-option.ts';
import { type FileValue, readConfigFile } from './file/config-file.ts';
import { environmentName, type OptionName, optionNames, optionOf } from './options/options.ts';
import { checkGlobs } from './parse/check-globs.ts';
import { transformSettings } from './parse/transform-settings.ts';
import type { Environment } from './secrets.ts';
import type { TransformSetting } from './settings.ts';
import { schemaOf } from './values.ts';
import { refuseUnknownVariables } from './variables.ts';

export interface Input {
  /** By option name; only what the user gave. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
}

export interface Given {
  readonly value: unknown;
  /** How the user gave it, for messages. */
  readonly as: string;
}

export interface Values {
  /** The value, or the default. */
  // biome-ignore lint/suspicious/noExplicitAny: each value has the type of its schema in the table
  get(name: OptionName): any;
  /** Undefined where the user left it out. */
  given(name: OptionName): Given | undefined;
  readonly transforms: readonly TransformSetting[];
}

/** Throws `usage` for the first wrong value, and for a variable with our prefix that means nothing. */
export function valuesOf({ flags, environment }: Input): Values {
  const configFile = flags['config'] ?? environment['SYNC_TASK_CONFIG'];
  const chosen = flags['pipeline'] ?? (environment['SYNC_TASK_PIPELINE'] || undefined);
  const named = chosen === undefined ? undefined : String(chosen);
  const file = configFile ? readConfigFile(String(configFile), named, environment) : new Map<string, FileValue>();

  function given(name: OptionName): Given | undefined {
    const fromEnvironment = environment[environmentName(name)] || undefined;
    if (flags[name] !== undefined) return { value: flags[name], as: `--${name}` };
    if (fromEnvironment !== undefined) {
      // Transforms and globs hold commas themselves, so a list has one item a line.
      const value =
        optionOf(name).kind === 'list' ? fromEnvironment.split('\n').filter((line) => line !== '') : fromEnvironment;
      return { value, as: environmentName(name) };
    }
    const inFile = file.get(name);
    return inFile && { value: inFile.value, as: `${name} in ${configFile}, line ${inFile.line}` };
  }

  const checked = new Map<string, unknown>();
  const found: { transforms: readonly TransformSetting[] } = { transforms: [] };
  for (const name of optionNames) {
    const option = optionOf(name);
    const from = given(name);
    if (name === 'transform') {
      if (from) found.transforms = transformSettings(from);
      continue;
    }
    const value = from ? from.value : (option.default ?? (option.kind === 'list' ? [] : undefined));
    if (value === undefined) continue;
    if (option.kind !== 'list' && Array.isArray(value))
      throw badOption(from?.as ?? name, 'it takes one value; keep one');
    if (name === 'include' || name === 'exclude') checkGlobs(value, from?.as ?? name);
    const result = schemaOf(option).safeParse(option.kind === 'list' && !Array.isArray(value) ? [value] : value);
    if (!result.success) throw badOption(from?.as ?? `--${name}`, result.error.issues[0]?.message ?? 'is wrong');
    checked.set(name, result.data);
  }
  refuseUnknownVariables(environment, found.transforms);
  return { get: (name) => checked.get(name), given, transforms: found.transforms };
}
