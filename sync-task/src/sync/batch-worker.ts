/**
 * Takes files of a run's batches from the state and settles them, many at a time. Any number of workers, in one process
 * or many, may work on the same batch: the claims keep them apart.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSyncError, SyncError } from '../errors.ts';
import type { Outcome } from '../model.ts';
import type { Claim, ClaimOwner, OutcomeRow } from '../state/state.ts';
import { transformChain } from '../transform/chain.ts';
import type { Context } from './context.ts';
import { type ErrorList, errorList } from './counts.ts';
import { groupCommit } from './group-commit.ts';
import type { PublishIntent } from './intent.ts';
import { type Transfer, transferFile } from './transfer.ts';

export interface WorkDone {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly bytes: { readonly read: number; readonly written: number };
  readonly errors: ErrorList;
}

const CLAIM_AT_ONCE = 500;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/**
 * Works until every file of these batches is settled. Files that another worker holds are waited for, but no longer than a
 * lease lasts; throws `transient` where they are still held then, and `stopped` after a signal, with every claim given back.
 */
export async function workOnBatches(
  context: Context,
  pipelineId: number,
  run: string,
  batches: readonly number[],
): Promise<WorkDone> {
  const { settings, state, log, progress, signal, source, target } = context;
  const owner = randomUUID();
  const outcomes = { copied: 0, adopted: 0, unchanged: 0, deferred: 0, refused: 0, failed: 0 };
  const bytes = { read: 0, written: 0 };
  const errors = errorList();
  let settled = 0;
  const claimOwner = { pipelineId, run, owner };
  const record = groupCommit<OutcomeRow>((rows) => state.recordOutcomes(claimOwner, rows));
  const transfer: Transfer = {
    context,
    run,
    chain: transformChain(settings.transforms),
    saveIntent: groupCommit((rows) => state.saveIntents(claimOwner, rows)),
    intents: new Map<string, PublishIntent>(),
    bytes,
  };
  const claims = claimQueue((batch) =>
    state.claim({ ...claimOwner, batch, leaseMs: settings.leaseMs, limit: CLAIM_AT_ONCE }),
  );
  const atOnce = settings.files ?? Math.max(source.capabilities.filesAtOnce, target.capabilities.filesAtOnce);

  const heartbeat = setInterval(() => {
    state.renew(owner, settings.leaseMs).catch((error: unknown) => {
      log.warn(`the lease could not be renewed: ${asSyncError(error).message}`);
    });
  }, settings.leaseMs / 3);

  async function work(): Promise<void> {
    for (let claim = await claims.next(); claim; claim = await claims.next()) {
      const row = await transferFile(transfer, claim);
      transfer.intents.delete(claim.path);
      settleRow(row, await record(row));
      settled++;
    }
  }

  function settleRow(row: OutcomeRow, recorded: boolean): void {
    const { path, outcome, reason, message } = row;
    if (!recorded) {
      log.warn(`${path}: another worker took it over; what was done here counts for nothing`);
      return;
    }
    outcomes[outcome]++;
    progress.file();
    if (outcome === 'deferred') log.warn(`deferred: ${message}`, { path, reason });
    else if (outcome === 'failed' || outcome === 'refused') {
      log.error(`${outcome}: ${message}`, { path, reason });
      errors.add({ path, kind: row.kind ?? 'permanent', reason, message });
    } else log.debug(message === '' ? outcome : `${outcome}: ${message}`, { path, reason });
  }

  try {
    let idleSinceMs = Date.now();
    for (;;) {
      claims.restart(batches);
      const settledBefore = settled;
      const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
      if (settled > settledBefore) idleSinceMs = Date.now();
      signal.throwIfAborted();
      const broken = workers.find((worker) => worker.status === 'rejected');
      if (broken) throw broken.reason;
      const waitMs = await waitForOthers(context, claimOwner, batches, idleSinceMs + settings.leaseMs);
      if (waitMs === undefined) return { outcomes, bytes, errors };
      await sleep(waitMs, undefined, { signal }).catch(() => undefined); // the next turn sees the signal
    }
  } finally {
    clearInterval(heartbeat);
    await state.release(owner);
  }
}

/** How long to wait before looking again; undefined where nothing is left to do. Throws when the wait is over. */
async function waitForOthers(
  { state }: Context,
  claimOwner: ClaimOwner,
  batches: readonly number[],
  waitUntilMs: number,
): Promise<number | undefined> {
  for (const batch of batches) {
    const { planned } = await state.countEntries(claimOwner.run, batch);
    if (planned === 0) continue;
    // Another worker that is taking files right now can't be seen yet: then look again at once.
    const held = await state.heldByOthers({ ...claimOwner, batch });
    const endsInMs = held?.firstEndsInMs ?? 0;
    if (Date.now() < waitUntilMs) return Math.max(SHORTEST_WAIT_MS, Math.min(endsInMs, LONGEST_WAIT_MS));
    throw new SyncError(
      `batch ${batch}: another worker holds ${held?.files ?? planned} of its files, for ${Math.ceil(endsInMs / 1000)} s at least; run it again later`,
      { kind: 'transient', reason: 'lease-held' },
    );
  }
  return undefined;
}

/** Claims ahead in sets, batch by batch; concurrent callers share one request. */
function claimQueue(claim: (batch: number) => Promise<readonly Claim[]>) {
  let ready: Claim[] = [];
  let left: number[] = [];
  let refilling: Promise<void> | undefined;

  async function refill(): Promise<void> {
    while (ready.length === 0) {
      const [batch] = left;
      if (batch === undefined) return;
      ready = [...(await claim(batch))].reverse();
      if (ready.length === 0) left.shift();
    }
  }

  return {
    restart(batches: readonly number[]) {
      left = [...batches];
    },
    async next(): Promise<Claim | undefined> {
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
