/** Options that source and target have alike: `jump` becomes `source-jump` and `target-jump`. */
import type { Option, Role } from './option.ts';

/** All of the source stand before those of the target. */
export function bothRoles<Ending extends string>(
  make: (role: Role) => Record<Ending, Option>,
): Record<`${Role}-${Ending}`, Option> {
  const named = (role: Role) => Object.entries(make(role)).map(([ending, option]) => [`${role}-${ending}`, option]);
  return Object.fromEntries([...named('source'), ...named('target')]);
}
