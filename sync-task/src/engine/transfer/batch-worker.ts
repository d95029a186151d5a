/**
 * Takes files of a run's batches from the state and settles them, many at a time. Any number of workers, in one process
 * or many, may work on the same batch: the claims keep them apart.
 */

import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Claim, OutcomeRow } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { chainThreads } from '../../transform/chain/chain-threads.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import { assertStillHere } from '../locations/known-locations.ts';
import { claimQueue } from './claim-queue.ts';
import { endpointWatch } from './endpoint-watch.ts';
import { groupCommit } from './group-commit.ts';
import { openLease } from './lease.ts';
import { lookAtOthers, stillHeld } from './other-workers.ts';
import { retryBudget } from './retry-budget.ts';
import { type Transfer, transferFile } from './transfer.ts';
import { newWorkTally, type WorkDone } from './work-tally.ts';

/** Files claimed ahead for each one in transfer: enough that nobody waits for the state, few enough to share a batch. */
const CLAIM_AHEAD = 4;
const MOST_CLAIMED_AT_ONCE = 500;
/** A worker that is frozen within a transaction keeps its rows locked until the database ends it (postgres-database.ts). */
const FROZEN_MS = 8000;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/**
 * Works until every file of these batches is settled. Waits for files that other workers hold, as long as any worker settles some.
 * Throws `transient` when nothing was settled for two leases and `FROZEN_MS` (a dead worker's files come free within one), and
 * `stopped` after a signal, with every claim given back. After `--max-duration` no further file is begun.
 */
export async function workOnBatches(
  context: Context,
  pipelineId: number,
  run: string,
  batches: readonly number[],
): Promise<WorkDone> {
  const { settings, state, log, progress, signal, source, target, world } = context;
  const owner = world.uuid();
  const chain = await openChain(settings.transforms);
  await chain.prepare();
  await using threads = chainThreads(chain, settings.transforms, settings.decoders);
  const tally = newWorkTally(context);
  const claimOwner = { pipelineId, run, owner };
  const record = groupCommit<OutcomeRow>((rows) => state.recordOutcomes(claimOwner, rows), world);
  const { leaseMs } = settings;
  const lease = openLease({ leaseMs, world, renew: () => state.renew(owner, leaseMs) });
  const transfer: Transfer = {
    context,
    pipelineId,
    run,
    chain,
    threads,
    saveIntent: groupCommit((rows) => state.saveIntents(claimOwner, rows), world),
    lease,
    bytes: tally.bytes,
    transformCounts: tally.transformCounts,
    retryBudget: retryBudget(),
    logged: tally.logged,
  };
  const atOnce = settings.files ?? Math.max(source.capabilities.filesAtOnce, target.capabilities.filesAtOnce);
  const limit = Math.min(CLAIM_AHEAD * atOnce, MOST_CLAIMED_AT_ONCE);
  const claims = claimQueue(async (batch, after) => {
    const sent = lease.now();
    const taken = await state.claim({ ...claimOwner, batch, leaseMs, limit, after });
    lease.took(taken, sent);
    if (taken.length > 0) await assertStillHere(context);
    for (const claim of taken) refuseOtherChain(run, claim, chain);
    return taken;
  });

  const heartbeat = world.every(leaseMs / 3, () => {
    lease.renew().catch((error: unknown) => {
      log.warn(`the lease could not be renewed: ${asSyncError(error).message}`);
    });
  });

  /** Counted from the start of the process. */
  const isOver = () => settings.maxDurationMs !== undefined && world.monotonicMs() >= settings.maxDurationMs;

  /** Set when a server is lost for good, or the source or target fails as a whole. Files not begun stay planned. */
  let lost: SyncError | undefined;
  const watch = endpointWatch(context);

  async function work(): Promise<void> {
    for (let claim = await claims.next(); claim && !isOver() && !lost; claim = await claims.next()) {
      const beganMs = world.monotonicMs();
      const end = progress.begin?.(claim.path, claim.size);
      const { row: settled, retries } = await transferFile(transfer, claim).finally(end);
      const durationMs = Math.round(world.monotonicMs() - beganMs);
      const row = { ...settled, work: { durationMs, retries } };
      if (await record(row)) tally.settled(row, claim);
      else log.warn(`${row.path}: another worker took it over; what was done here counts for nothing`);
      lease.gaveBack(claim);
      if (row.reason === 'server-lost') {
        lost ??= new SyncError(row.message, { kind: row.kind ?? 'transient', reason: row.reason });
      } else transfer.retryBudget.earn();
      await watch.settled(row);
      lost ??= watch.failure;
    }
  }

  try {
    const patience = { planned: Number.POSITIVE_INFINITY, sinceMs: 0 };
    for (;;) {
      claims.restart(batches);
      const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
      signal.throwIfAborted();
      const broken = workers.find((worker) => worker.status === 'rejected');
      if (broken) throw broken.reason;
      if (lost) throw lost;
      const others = await lookAtOthers(state, claimOwner, batches);
      if (!others || isOver()) return { ...tally.done, leftPlanned: others?.planned ?? 0 };
      if (others.planned < patience.planned)
        Object.assign(patience, { planned: others.planned, sinceMs: world.monotonicMs() });
      if (world.monotonicMs() - patience.sinceMs > 2 * settings.leaseMs + FROZEN_MS) throw stillHeld(others);
      const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(others.endsInMs, LONGEST_WAIT_MS));
      await world.sleep(waitMs, signal).catch(() => undefined); // the next turn sees the signal
    }
  } finally {
    heartbeat[Symbol.dispose]();
    tally.tellRest();
    await state.release(owner);
  }
}

/** The last guard: older versions recorded the planned transforms only with each file. */
function refuseOtherChain(run: string, { path, chain: planned }: Claim, chain: Chain): void {
  if (planned === chain.key(path)) return;
  throw new SyncError(
    `run ${run} was planned with other settings: the transforms of ${JSON.stringify(path)} are others now; give it those of its plan, or plan another run`,
    { kind: 'usage', reason: 'other-settings', path },
  );
}
