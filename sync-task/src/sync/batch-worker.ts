/**
 * Takes files of a run's batches from the state and settles them, many at a time. Any number of workers, in one process
 * or many, may work on the same batch: the claims keep them apart.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSyncError, SyncError } from '../errors.ts';
import type { Outcome } from '../model.ts';
import type { Claim, OutcomeRow } from '../state/state.ts';
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
    const waitUntilMs = Date.now() + settings.leaseMs;
    for (;;) {
      claims.restart(batches);
      const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
      signal.throwIfAborted();
      const broken = workers.find((worker) => worker.status === 'rejected');
      if (broken) throw broken.reason;
      const waitMs = await heldByOthers(context, claimOwner, batches, waitUntilMs);
      if (waitMs === undefined) return { outcomes, bytes, errors };
      await sleep(waitMs, undefined, { signal }).catch(() => undefined); // the next turn sees the signal
    }
  } finally {
    clearInterval(heartbeat);
    await state.release(owner);
  }
}

/** How long to wait before looking again; undefined where nobody holds anything. Throws when the wait is over. */
async function heldByOthers(
  { state }: Context,
  claimOwner: { readonly pipelineId: number; readonly run: string; readonly owner: string },
  batches: readonly number[],
  waitUntilMs: number,
): Promise<number | undefined> {
  for (const batch of batches) {
    const held = await state.heldByOthers({ ...claimOwner, batch });
    if (!held) continue;
    if (Date.now() < waitUntilMs) return Math.max(100, Math.min(held.firstEndsInMs + 50, 5000));
    throw new SyncError(
      `batch ${batch}: another worker holds ${held.files} of its files, for ${Math.ceil(held.firstEndsInMs / 1000)} s at least; run it again later`,
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
