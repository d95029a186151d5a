/**
 * Takes files of a run's batches from the state and settles them, many at a time. Any number of workers, in one process
 * or many, may work on the same batch: the claims keep them apart.
 */

import { countedLog } from '../../base/counted-log.ts';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Outcome } from '../../base/model.ts';
import type { Claim, OutcomeRow } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { chainThreads } from '../../transform/chain/chain-threads.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import { assertStillHere } from '../locations/known-locations.ts';
import { type ErrorList, errorList } from '../result/make-result.ts';
import type { TransformCounts } from '../result/transform-counts.ts';
import { claimQueue } from './claim-queue.ts';
import { endpointWatch } from './endpoint-watch.ts';
import { groupCommit } from './group-commit.ts';
import { openLease } from './lease.ts';
import { lookAtOthers, stillHeld } from './other-workers.ts';
import { retryBudget } from './retry-budget.ts';
import { type Transfer, transferFile } from './transfer.ts';

export interface WorkDone {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly bytes: { readonly read: number; readonly written: number; readonly resumed: number };
  /** Of the files published here. */
  readonly transformCounts: TransformCounts;
  readonly errors: ErrorList;
  /** Files not begun because the time was up (`--max-duration`). */
  readonly leftPlanned: number;
}

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
  const outcomes = { copied: 0, adopted: 0, unchanged: 0, deferred: 0, refused: 0, failed: 0 };
  const bytes = { read: 0, written: 0, resumed: 0 };
  const transformCounts: TransformCounts = {};
  const errors = errorList();
  const logged = countedLog(log);
  const done = countedLog(log, progress.filesTold);
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
    bytes,
    transformCounts,
    retryBudget: retryBudget(),
    logged,
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
      settleRow(row, claim, await record(row));
      lease.gaveBack(claim);
      if (row.reason === 'server-lost') {
        lost ??= new SyncError(row.message, { kind: row.kind ?? 'transient', reason: row.reason });
      } else transfer.retryBudget.earn();
      await watch.settled(row);
      lost ??= watch.failure;
    }
  }

  function settleRow(row: OutcomeRow, { size, reason: why }: Claim, recorded: boolean): void {
    const { path, outcome, reason, message, work } = row;
    if (!recorded) {
      log.warn(`${path}: another worker took it over; what was done here counts for nothing`);
      return;
    }
    outcomes[outcome]++;
    progress.file();
    const tries = 1 + (work?.retries ?? 0);
    const seconds = (work?.durationMs ?? 0) / 1000;
    const facts = { path, reason, bytes: size, seconds, tries };
    if (outcome === 'deferred') logged.add('warn', `deferred, ${reason}`, `deferred: ${message}`, facts);
    else if (outcome === 'failed' || outcome === 'refused') {
      logged.add('error', `${outcome}, ${reason}`, `${outcome}: ${message}`, facts);
      errors.add({ path, kind: row.kind ?? 'permanent', reason, message });
    } else if (progress.filesTold !== undefined) {
      const more = message === '' || message === why ? '' : `: ${message}`;
      done.add('info', outcome, `${outcome}: ${path}${more}`, { bytes: size, seconds, why, tries });
    } else log.debug(message === '' ? outcome : `${outcome}: ${message}`, { path, reason });
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
      if (!others) return { outcomes, bytes, transformCounts, errors, leftPlanned: 0 };
      if (isOver()) return { outcomes, bytes, transformCounts, errors, leftPlanned: others.planned };
      if (others.planned < patience.planned)
        Object.assign(patience, { planned: others.planned, sinceMs: world.monotonicMs() });
      if (world.monotonicMs() - patience.sinceMs > 2 * settings.leaseMs + FROZEN_MS) throw stillHeld(others);
      const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(others.endsInMs, LONGEST_WAIT_MS));
      await world.sleep(waitMs, signal).catch(() => undefined); // the next turn sees the signal
    }
  } finally {
    heartbeat[Symbol.dispose]();
    logged.tellRest();
    done.tellRest();
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
