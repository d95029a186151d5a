/** How often all files of a process together may be retried: a server that fails every other time is not asked for ever. */
export interface RetryBudget {
  /** Whether one more try is within the budget; takes it. */
  take(): boolean;
  /** A file is settled: that earns one try. */
  earn(): void;
}

const FIRST_TRIES = 1000;

export function retryBudget(first: number = FIRST_TRIES): RetryBudget {
  let left = first;
  return {
    take: () => left > 0 && left-- > 0,
    earn() {
      left++;
    },
  };
}
