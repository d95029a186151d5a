/** The commands that take options, in the order of the help, and those of them that take the same ones. */

export const commandNames = [
  'sync',
  'check',
  'plan',
  'run',
  'finish',
  'status',
  'explain',
  'verify',
  'prune',
  'take-over',
  'state export',
  'state import',
  'trust',
] as const;

export type CommandName = (typeof commandNames)[number];

/**
 * The commands that open source, target and state. They share one set of options, also those that only some of them use: what
 * `check` accepts is accepted by `run`.
 */
export const engineCommands = [
  'sync',
  'check',
  'plan',
  'run',
  'finish',
  'explain',
  'verify',
] as const satisfies readonly CommandName[];

/** The commands that plan a run. `verify` does with `--repair`. */
export const planningCommands = ['sync', 'plan', 'explain', 'verify'] as const satisfies readonly CommandName[];

/** The commands that open the state alone and connect to no server. */
export const stateCommands = [
  'status',
  'prune',
  'take-over',
  'state export',
  'state import',
] as const satisfies readonly CommandName[];
