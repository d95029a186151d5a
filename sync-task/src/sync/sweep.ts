/**
 * Removes what dead workers left: drafts, back-ups and keys. What somebody holds, and what the state does not know, is not
 * touched. `finish` does it for all runs of the pipeline; `check`, which may come at any time, for those alone that nobody goes on
 * with: half of a large file is worth more to the next attempt than a tidy folder.
 */
import type { AbandonedClaim } from '../state/state.ts';
import { draftName } from '../storage/draft-name.ts';
import type { Chain } from '../transform/chain.ts';
import { openChain } from '../transform/open-chain.ts';
import type { Context } from './context.ts';
import { readIntent, ticketOf } from './intent.ts';
import { recoverAttempt } from './side-file.ts';

const SWEEP_AT_ONCE = 500;

/** Returns the number of attempts of which something was left. */
export async function sweep(context: Context): Promise<number> {
  const { state, settings } = context;
  const pipeline = await state.pipeline(settings.pipeline);
  const chain = await openChain(settings.transforms);
  let swept = await sweepAfter(context, chain, await state.takenOver(pipeline.id));
  for (;;) {
    const claims = await state.abandoned(pipeline.id, SWEEP_AT_ONCE);
    if (claims.length === 0) break;
    swept += await sweepAfter(context, chain, claims);
    await state.clearAbandoned(pipeline.id, claims);
  }
  await state.sweepKeys(pipeline.id);
  return swept;
}

export interface Swept {
  readonly swept: number;
  /** Files that a worker left half-done in runs that may be gone on with. */
  readonly halfDone: number;
}

/** Like `sweep`, but for what a run may go on with, and for what was written under another target or other transforms than these. */
export async function sweepEnded(context: Context): Promise<Swept> {
  const { state, settings } = context;
  const pipeline = await state.pipeline(settings.pipeline);
  const chain = await openChain(settings.transforms);
  let swept = 0;
  for (;;) {
    const claims = await state.abandoned(pipeline.id, SWEEP_AT_ONCE, 'ended');
    const here = await ofThisPlace(context, chain, claims);
    if (here.length === 0) break;
    swept += await sweepAfter(context, chain, here);
    await state.clearAbandoned(pipeline.id, here);
  }
  const left = await state.abandoned(pipeline.id, SWEEP_AT_ONCE);
  return { swept, halfDone: new Set(left.map(({ path }) => path)).size };
}

async function sweepAfter({ target, log }: Context, chain: Chain, claims: readonly AbandonedClaim[]): Promise<number> {
  let swept = 0;
  for (const claim of claims) {
    const at = chain.targetPath(claim.path);
    const name = draftName(claim);
    const ticket = ticketOf(readIntent(claim.intent), name);
    const removed = await recoverAttempt(target, at, { name, ticket }, chain.asides(claim.path));
    if (removed) log.info('swept what a dead worker left', { path: claim.path, run: claim.run });
    swept += removed ? 1 : 0;
  }
  return swept;
}

/** Of files all of whose claims were for this target and this chain: with others, what they left would be looked for in vain, and forgotten. */
async function ofThisPlace(
  { state, target }: Context,
  chain: Chain,
  claims: readonly AbandonedClaim[],
): Promise<readonly AbandonedClaim[]> {
  const places = new Map<string, string | undefined>();
  const elsewhere = new Set<string>();
  for (const { run, path, chain: planned } of claims) {
    if (!places.has(run)) places.set(run, placeOf((await state.run(run))?.details));
    if (planned !== chain.key(path) || places.get(run) !== target.label) elsewhere.add(path);
  }
  return claims.filter(({ path }) => !elsewhere.has(path));
}

/** The target's, as it is recorded with the run. */
function placeOf(details: unknown): string | undefined {
  const { capabilities } = (details ?? {}) as {
    readonly capabilities?: { readonly target?: { readonly place?: string } };
  };
  return capabilities?.target?.place;
}
