/**
 * Cleans up after dead workers: drafts, back-ups and keys. Files that a worker holds, and files that the state does not know, are
 * not touched. Each file is claimed with a new token, so that a frozen worker cannot come back to it. A file that proves to be
 * published is recorded. `finish` sweeps all runs of the pipeline. `check`, which may come at any time, sweeps only runs that
 * nobody resumes: half of a large file is worth more to the next attempt than a tidy folder.
 *
 * A file that cannot be looked at is named and left to the next sweep; it stops nothing else.
 */
import { asSyncError } from '../../base/errors.ts';
import type { AbandonedFile, Owner } from '../../state/state.ts';
import { draftName } from '../../storage/draft-name.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import { fileError } from '../result/make-result.ts';
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

/** `ended`: only in runs that are over. */
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
  // A lost lease is noticed before the next file is touched.
  using _ = world.every(leaseMs / 3, () => void lease.renew().catch(() => undefined));
  try {
    for (let after: string | undefined; ; ) {
      const sent = lease.now();
      const files = await state.claimAbandoned({ ...owner, leaseMs, limit: FILES_AT_ONCE, after, which });
      if (files.length === 0) break;
      lease.took(files, sent);
      for (const file of files) {
        // At this target its remains would not be found, and would be forgotten.
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
  // Only the intent says that something unrecorded stands there; because of it the next plan takes the file.
  await state.clear(owner, [{ path, token, keepsIntent: intent?.unrecorded === true }]);
  if (removed) log.info('removed what a dead worker left', { path, run });
  return removed;
}

/**
 * Workers that were taken for dead may only have been frozen: one may have woken, made a draft, and been killed then. Their files
 * are free now, or held by a worker whose draft has another name.
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

/** False for a file that cannot be looked at: it is named, and left to the next sweep. */
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
