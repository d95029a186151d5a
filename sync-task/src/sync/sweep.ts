/** Removes what dead workers left: drafts, back-ups and keys. What somebody holds, or the state does not know, is not touched. */
import type { AbandonedClaim } from '../state/state.ts';
import { draftName } from '../storage/draft-name.ts';
import { openChain } from '../transform/chain.ts';
import type { Context } from './context.ts';
import { readIntent, ticketOf } from './intent.ts';
import { recoverAttempt } from './side-file.ts';

const SWEEP_AT_ONCE = 500;

/** Of all runs of the pipeline. Returns the number of attempts of which something was left. */
export async function sweep({ state, target, settings, log }: Context): Promise<number> {
  const pipeline = await state.pipeline(settings.pipeline);
  const chain = await openChain(settings.transforms);
  let swept = 0;
  async function sweepAfter(claims: readonly AbandonedClaim[]): Promise<void> {
    for (const claim of claims) {
      const at = chain.targetPath(claim.path);
      const name = draftName(claim);
      const ticket = ticketOf(readIntent(claim.intent), name);
      const removed = await recoverAttempt(target, at, { name, ticket }, chain.asides(claim.path));
      if (removed) log.info('swept what a dead worker left', { path: claim.path, run: claim.run });
      swept += removed ? 1 : 0;
    }
  }
  await sweepAfter(await state.takenOver(pipeline.id));
  for (;;) {
    const claims = await state.abandoned(pipeline.id, SWEEP_AT_ONCE);
    if (claims.length === 0) break;
    await sweepAfter(claims);
    await state.clearAbandoned(pipeline.id, claims);
  }
  await state.sweepKeys(pipeline.id);
  return swept;
}
