/** Why a file is in a plan although the source has it as it was last copied. */

/** With `--force`. */
export const FORCED = 'forced';
/** By `verify --repair`. */
export const LOST = 'lost-at-target';
export const DIFFERS = 'differs-at-target';

/** Reasons to copy what the state has for done. */
export const copiesAnyway: ReadonlySet<string> = new Set([FORCED, LOST, DIFFERS]);
/** With `--new-target`: nothing is known of that target. */
export const NEW_TARGET = 'new-target';
