/** What other workers of the same batches still have in hand. */
import { SyncError } from '../../base/errors.ts';
import type { ClaimOwner, State } from '../../state/state.ts';

export interface OtherWorkers {
  readonly batch: number;
  /** Files not settled yet, over all batches. */
  readonly planned: number;
  readonly held: number;
  /** Until the first of their leases ends; 0 where another worker is taking files right now and can't be seen yet. */
  readonly endsInMs: number;
}

/** Undefined where nothing is left to do. */
export async function lookAtOthers(
  state: State,
  claimOwner: ClaimOwner,
  batches: readonly number[],
): Promise<OtherWorkers | undefined> {
  let others: OtherWorkers | undefined;
  for (const batch of batches) {
    const { planned } = await state.countEntries(claimOwner.run, batch);
    if (planned === 0) continue;
    if (others) others = { ...others, planned: others.planned + planned };
    else {
      const held = await state.heldByOthers({ ...claimOwner, batch });
      others = { batch, planned, held: held?.files ?? planned, endsInMs: held?.firstEndsInMs ?? 0 };
    }
  }
  return others;
}

export function stillHeld({ batch, held, endsInMs }: OtherWorkers): SyncError {
  return new SyncError(
    `batch ${batch}: another worker holds ${held} of its files, for ${Math.ceil(endsInMs / 1000)} s at least; run it again later`,
    { kind: 'transient', reason: 'lease-held' },
  );
}
