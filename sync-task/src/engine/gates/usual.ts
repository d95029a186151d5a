/** What is usual, by measures that a few odd runs do not move: the median and the median absolute deviation (MAD). */

export interface Usual {
  readonly median: number;
  /** The standard deviation that the MAD implies for a normal distribution. */
  readonly deviation: number;
  readonly runs: number;
}

/** Fewer earlier runs are no history. */
const FEWEST_RUNS = 5;
/** Makes the MAD of a normal distribution its standard deviation. */
const NORMAL = 1.4826;
const DEVIATIONS = 5;

/** Undefined for fewer values than make a history. */
export function usualOf(values: readonly number[]): Usual | undefined {
  if (values.length < FEWEST_RUNS) return undefined;
  const middle = median(values);
  return {
    median: middle,
    deviation: NORMAL * median(values.map((value) => Math.abs(value - middle))),
    runs: values.length,
  };
}

/** Values outside are unusual. */
export interface UsualRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Low: five deviations below the median, and at most half of it, because a steady feed has no deviation and may still vary. High:
 * five deviations above the median, at least `factor` times as much, and at least `floor` more.
 */
export function usualRange({ median: middle, deviation }: Usual, factor: number, floor: number): UsualRange {
  return {
    low: middle - Math.max(DEVIATIONS * deviation, middle / 2),
    high: middle + Math.max(DEVIATIONS * deviation, (factor - 1) * middle, floor),
  };
}

export function isFarBelow(value: number, usual: Usual): boolean {
  return value < usualRange(usual, 1, 0).low;
}

export function isFarAbove(value: number, usual: Usual, factor: number, floor: number): boolean {
  return value > usualRange(usual, factor, floor).high;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
