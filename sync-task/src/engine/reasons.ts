/** Why a file is in a plan although the source has it as it was last copied. */

/** With `--force`. */
export const FORCED = 'forced';
/** By `verify --repair`. */
export const LOST = 'lost-at-target';
export const DIFFERS = 'differs-at-target';
/** Its source tells no time, so the size alone says nothing: its content is looked at. */
export const UNTIMED = 'no-time';

/** Reasons to copy what the state has for done. */
export const copiesAnyway: ReadonlySet<string> = new Set([FORCED, LOST, DIFFERS, UNTIMED]);
/** With `--new-target`: nothing is known of that target. */
export const NEW_TARGET = 'new-target';
