/** Why a plan takes a file that is unchanged at the source. */

/** With `--force`. */
export const FORCED = 'forced';
/** By `verify --repair`. */
export const LOST = 'lost-at-target';
export const DIFFERS = 'differs-at-target';
/** The source reports no time, and the size alone proves nothing: the content decides. */
export const UNTIMED = 'no-time';

/** Reasons to copy a file that counts as delivered in the state. */
export const copiesAnyway: ReadonlySet<string> = new Set([FORCED, LOST, DIFFERS, UNTIMED]);
/** With `--new-target`: nothing is known of that target. */
export const NEW_TARGET = 'new-target';
