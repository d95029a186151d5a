/**
 * Cleans up after dead workers: drafts, back-ups and keys. What somebody holds, and what the state does not know, is not
 * touched. Each file is taken over as by any worker, with a new token, so that a frozen one can't come back to it; what turns
 * out to be published is recorded. `finish` does it for all runs of the pipeline; `check`, which may come at any time, for
 * those alone that nobody resumes: half of a large file is worth more to the next attempt than a tidy folder.
 *
 * A file that can't be looked at is named and left to the next sweep; it stops nothing else.
 */
import { asSyncError } from '../../base/errors.ts';
import type { AbandonedFile, Owner } from '../../state/state.ts';
import { draftName } from '../../storage/draft-name.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import { fileError } from '../result/counts.ts';
import type { FileError } from '../result/result.ts';
import { type PublishIntent, readIntent } from './intent.ts';
import { type Lease, openLease } from './lease.ts';
import { publishedBefore } from './outcome-row.ts';
import { recoveryOf } from './recovery.ts';
import { lookAtRemains, removeRemains, tracesOf } from './remains.ts';
import { removeDrafts } from './side-file.ts';

const FILES_AT_ONCE = 100;

export interface Swept {
  /** Files of which something was left, or turned out to be published. */
  readonly swept: number;
  /** Files that could not be looked at. */
  readonly left: readonly FileError[];
}

/** `ended`: what dead workers left in runs that are over. */
export async function sweep(context: Context, which: 'all' | 'ended'): Promise<Swept> {
  const { state, settings, world } = context;
  const { leaseMs } = settings;
  const chain = await openChain(settings.transforms);
  const { id: pipelineId } = await state.pipeline(settings.pipeline);
  const owner = { pipelineId, owner: world.uuid() };
  const lease = openLease({ leaseMs, world, renew: () => state.renew(owner.owner, leaseMs) });
  const sweeper: Sweeper = { context, chain, owner, lease, left: [] };
  const targetsOfRuns = new Map<string, string | undefined>();
  let swept = which === 'all' ? await sweepTakenOver(sweeper) : 0;
  // What can't be renewed is found out before the next file is touched.
  using _ = world.every(leaseMs / 3, () => void lease.renew().catch(() => undefined));
  try {
    for (let after: string | undefined; ; ) {
      const sent = lease.now();
      const files = await state.claimAbandoned({ ...owner, leaseMs, limit: FILES_AT_ONCE, after, which });
      if (files.length === 0) break;
      lease.took(files, sent);
      for (const file of files) {
        // Looked for here it would be missed, and forgotten.
        if (!(await isOfThisTarget(context, targetsOfRuns, file.run))) continue;
        if (await unlessLeft(sweeper, file, () => sweepFile(sweeper, file))) swept++;
        lease.gaveBack(file);
        // The rest is for the next sweep: each file would wait for the server as long as this one.
        if (sweeper.left.at(-1)?.reason === 'server-lost') return { swept, left: sweeper.left };
      }
      // What was not looked at counts as abandoned again.
      await state.release(owner.owner);
      after = files.at(-1)?.path;
    }
  } finally {
    await state.release(owner.owner);
  }
  if (which === 'all') await state.sweepKeys(pipelineId);
  return { swept, left: sweeper.left };
}

interface Sweeper {
  readonly context: Context;
  readonly chain: Chain;
  readonly owner: Owner;
  readonly lease: Lease;
  readonly left: FileError[];
}

/** Whether the run delivered to the target that is at hand; `known` remembers the answers. */
async function isOfThisTarget({ state, target }: Context, known: Map<string, string | undefined>, run: string) {
  if (!known.has(run)) {
    const details = (await state.run(run))?.details as
      | { readonly capabilities?: { readonly target?: { readonly place?: string } } }
      | undefined;
    known.set(run, details?.capabilities?.target?.place);
  }
  const label = known.get(run);
  return label === undefined || label === target.label;
}

/** Returns whether anything was found. */
async function sweepFile({ context, chain, owner, lease }: Sweeper, file: AbandonedFile): Promise<boolean> {
  const { state, target, log, signal } = context;
  signal.throwIfAborted();
  const { path, token, run } = file;
  const intent = readIntent(file.intent);
  const traces = tracesOf(file, { targetPath: chain.targetPath(path), sideSuffixes: chain.asides(path), intent });
  const { remains } = await lookAtRemains(context, traces, undefined);
  await lease.check(file);
  const removed = await removeRemains(target, traces);
  if (recoveryOf(remains) === 'record') {
    await state.recordOutcomes({ ...owner, run }, [publishedBefore(file, traces.targetPath, intent as PublishIntent)]);
    log.info('was published by a worker that died then; recorded', { path, run });
    return true;
  }
  // That something unrecorded stands there is known from the intent alone: the next plan takes the file because of it.
  await state.clear(owner, [{ path, token, keepsIntent: intent?.unrecorded === true }]);
  if (removed) log.info('removed what a dead worker left', { path, run });
  return removed;
}

/**
 * Workers that were taken for dead and may have been frozen alone: one of them can have made a draft since, and have been
 * killed then. Their files are nobody's now, or somebody else's who has a draft of another name.
 */
async function sweepTakenOver(sweeper: Sweeper): Promise<number> {
  const { context, chain, owner } = sweeper;
  const { state, target, log, signal } = context;
  let swept = 0;
  for (const claim of await state.takenOver(owner.pipelineId)) {
    signal.throwIfAborted();
    const { path, run } = claim;
    const removed = await unlessLeft(sweeper, claim, () =>
      removeDrafts(target, chain.targetPath(path), { name: draftName(claim), sideSuffixes: chain.asides(path) }),
    );
    if (!removed) continue;
    log.info('removed what a worker left that was taken for dead', { path, run });
    swept++;
  }
  return swept;
}

/** False for a file that can't be looked at: it is named, and left to the next sweep. */
async function unlessLeft({ context, left }: Sweeper, { path }: { path: string }, work: () => Promise<boolean>) {
  try {
    return await work();
  } catch (thrown) {
    if (context.signal.aborted) throw context.signal.reason;
    const error = asSyncError(thrown);
    if (error.reason.startsWith('state-')) throw error;
    left.push(fileError(error, path));
    context.log.warn(`what a dead worker may have left is not cleaned up: ${error.message}`, {
      path,
      reason: error.reason,
    });
    return false;
  }
}
