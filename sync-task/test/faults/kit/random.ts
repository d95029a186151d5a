/** Chance that can be had again: everything a test leaves to chance comes from one seed, which it prints. */

export interface Random {
  /** From 0 up to 1. */
  fraction(): number;
  /** From 0 up to `bound`, whole. */
  below(bound: number): number;
  pick<T>(choices: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** `SYNC_TASK_FAULTS_SEED` in the environment, or always the same. */
export const seed = numberFrom('SYNC_TASK_FAULTS_SEED', 20_240_301);

/** A number from the environment, for longer or repeated runs. */
export function numberFrom(variable: string, otherwise: number): number {
  const value = Number(process.env[variable] || otherwise);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${variable} is no whole number`);
  return value;
}

/** The same seed and name, the same chances. */
export function randomFrom(start: number, name: string): Random {
  // Numerical Recipes' LCG, scrambled by a xorshift-multiply: evenly spread, and no more is needed here.
  let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), start) >>> 0;
  function fraction(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }
  const below = (bound: number) => Math.floor(fraction() * bound);
  return {
    fraction,
    below,
    pick: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}
