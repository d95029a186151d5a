/** What an option is: how its text is read, where the help shows it, and which commands and storages take it. */
import type { CommandName } from './commands.ts';

/** How the text of an option is read (`../values.ts`). */
export type OptionKind =
  | 'text'
  | 'list'
  | 'flag'
  | 'count'
  | 'bytes'
  | 'duration'
  | 'choice'
  | 'moment'
  | 'path'
  | 'marker'
  | 'bandwidth';

export interface Option {
  readonly kind: OptionKind;
  /** The heading in the help. */
  readonly group:
    | 'Locations'
    | 'Selection'
    | 'Gates'
    | 'Transforms'
    | 'Batches'
    | 'Transfer'
    | 'Verification'
    | 'Output';
  /** The commands that take it as a flag. In the environment and in the file all commands accept it. */
  readonly commands: readonly CommandName[];
  /** Commands that accept the flag and have no use for it: their help leaves it out. */
  readonly hiddenFrom?: readonly CommandName[];
  /** The URL schemes for which it means something; undefined: all. For others it is refused. */
  readonly schemes?: readonly string[];
  readonly describe: string;
  /** As a user would write it; undefined: none, or chosen by the program. */
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  /** The same flag as one letter. */
  readonly short?: string;
}

export type Role = 'source' | 'target';

export const roles = ['source', 'target'] as const satisfies readonly Role[];
