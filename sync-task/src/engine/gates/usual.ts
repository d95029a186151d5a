/** What is usual, told by numbers that a few odd runs don't move: the median and the median absolute deviation. */

export interface Usual {
  readonly median: number;
  /** As many standard deviations' worth as the MAD says, for numbers that are spread normally. */
  readonly deviation: number;
  readonly runs: number;
}

/** Fewer earlier runs are no history. */
const FEWEST_RUNS = 5;
/** Makes the MAD of a normal distribution its standard deviation. */
const NORMAL = 1.4826;
const DEVIATIONS = 5;

/** Undefined where too little is known. */
export function usualOf(values: readonly number[]): Usual | undefined {
  if (values.length < FEWEST_RUNS) return undefined;
  const middle = median(values);
  return {
    median: middle,
    deviation: NORMAL * median(values.map((value) => Math.abs(value - middle))),
    runs: values.length,
  };
}

/** What lies outside is far off. */
export interface UsualRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Below: five deviations, and less than half: a steady feed has no deviation at all, and may still vary. Above: five deviations,
 * and more than `factor` times; `floor` more is nothing, whatever is usual.
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
