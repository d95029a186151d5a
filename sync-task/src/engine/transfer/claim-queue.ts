import type { Claim } from '../../state/state.ts';

/** Files of a worker's batches, claimed ahead. */
export interface ClaimQueue {
  /** From the beginning of these batches. */
  restart(batches: readonly number[]): void;
  /** Undefined where nothing can be claimed now. */
  next(): Promise<Claim | undefined>;
}

/**
 * Claims ahead in sets, batch by batch; concurrent callers share one request. Each goes on where the last one ended, so that what
 * failed here, or is in hand, is not passed over again; at the end of a batch what came free meanwhile is looked for from its beginning.
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
