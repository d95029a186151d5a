import type { Claim } from '../../state/state.ts';

/** Files of a worker's batches, claimed ahead. */
export interface ClaimQueue {
  /** From the beginning of these batches. */
  restart(batches: readonly number[]): void;
  /** Undefined where nothing can be claimed now. */
  next(): Promise<Claim | undefined>;
}

/**
 * Claims ahead in sets, batch by batch; concurrent callers share one request. Each request begins behind the file claimed last, so
 * that files that failed or are held here are not scanned again. At the end of a batch, one more request from its beginning finds
 * files that came free meanwhile.
 */
export function claimQueue(claim: (batch: number, after: number | undefined) => Promise<readonly Claim[]>): ClaimQueue {
  let ready: Claim[] = [];
  let left: number[] = [];
  let after: number | undefined;
  let refilling: Promise<void> | undefined;

  async function refill(): Promise<void> {
    while (ready.length === 0) {
      const [batch] = left;
      if (batch === undefined) return;
      ready = [...(await claim(batch, after))].reverse();
      if (ready.length === 0 && after === undefined) left.shift();
      after = ready[0]?.number;
    }
  }

  return {
    restart(batches) {
      left = [...batches];
      after = undefined;
    },
    async next() {
      while (ready.length === 0 && left.length > 0) {
        refilling ??= refill().finally(() => {
          refilling = undefined;
        });
        await refilling;
      }
      return ready.pop();
    },
  };
}
