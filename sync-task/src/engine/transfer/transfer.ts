/**
 * One file, from claim to outcome: look at what earlier attempts left and record, publish, resume or remove it → decide
 * whether there is anything to copy → copy it. The decisions are in `recovery.ts`, their effects in `attempt.ts`.
 *
 * The order is the guarantee. Until `publish` nothing at the target has changed. The intent is saved only while the claim
 * still holds, so a worker that lost its lease stops there. After a crash between `publish` and the recorded outcome, the
 * intent and a proof at the target tell that the work is done.
 */

import { backOff } from '../../base/backoff.ts';
import type { CountedLog } from '../../base/counted-log.ts';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Claim, IntentRow, OutcomeRow } from '../../state/state.ts';
import { mayPass } from '../../storage/around/retry.ts';
import { notAFile } from '../../storage/standing.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import type { ChainThreads } from '../../transform/chain/chain-threads.ts';
import type { Context } from '../context.ts';
import { copiesAnyway, UNTIMED } from '../reasons.ts';
import type { TransformCounts } from '../result/transform-counts.ts';
import { type Attempt, openAttempt } from './attempt.ts';
import { copy } from './copy.ts';
import type { PublishIntent } from './intent.ts';
import type { Lease } from './lease.ts';
import { checkpointOf, failedRow, outcomeRow, publishedBefore } from './outcome-row.ts';
import { entranceOf, type Remains, recoveryOf, type Standing } from './recovery.ts';
import { isSameVersion, lookAtRemains, removeRemains } from './remains.ts';
import type { RetryBudget } from './retry-budget.ts';
import { hasSameContent } from './same-content.ts';

const TAKEN_AWAY = 'was written whole, and was gone when it was looked at right behind that: taken away';

/** What the transfers of one worker share. */
export interface Transfer {
  readonly context: Context;
  readonly pipelineId: number;
  readonly run: string;
  readonly chain: Chain;
  readonly threads: ChainThreads;
  readonly lease: Lease;
  /** Resolves to false when the claim is lost. */
  saveIntent(row: IntentRow): Promise<boolean>;
  readonly bytes: { read: number; written: number; resumed: number };
  /** Of the files published here. */
  readonly transformCounts: TransformCounts;
  readonly retryBudget: RetryBudget;
  /** For log lines that concern many files. */
  readonly logged: CountedLog;
}

export interface Settled {
  readonly row: OutcomeRow;
  /** How often the file was begun again. */
  readonly retries: number;
}

/** Never throws for what can happen to a file; throws `stopped` when the user asked to stop. */
export async function transferFile(transfer: Transfer, claim: Claim): Promise<Settled> {
  const { settings, signal, world } = transfer.context;
  let attempt: Attempt | undefined;
  let retries = 0;
  for (let tries = 1; ; tries++) {
    const storedBytes = attempt?.storedBytes ?? 0;
    try {
      signal.throwIfAborted();
      attempt ??= openAttempt(transfer, claim);
      return { row: await settle(transfer, attempt), retries };
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = asSyncError(thrown);
      // A large file on a bad line gets through as long as every try brings a segment more.
      if ((attempt?.storedBytes ?? 0) > storedBytes) tries = 1;
      if (!mayPass(error) || tries >= settings.attempts || !transfer.retryBudget.take()) {
        // An attempt that could not be opened left nothing beyond what earlier ones did.
        const clean = attempt ? !attempt.mayHaveLeft : !claim.abandoned && claim.intent === undefined;
        return { row: { ...failedRow(claim, error), clean }, retries };
      }
      transfer.logged.add('info', `trying again, ${error.reason}`, `trying again: ${error.message}`, {
        path: claim.path,
        tries,
      });
      retries = tries;
      await backOff(tries, signal, world);
      attempt?.again();
    }
  }
}

async function settle(transfer: Transfer, attempt: Attempt): Promise<OutcomeRow> {
  const { context } = transfer;
  const { target, log, settings } = context;
  const { claim, targetPath, version } = attempt;
  const { checkpoint, reason } = claim;
  const isCurrent =
    checkpoint !== undefined &&
    !copiesAnyway.has(reason) &&
    isSameVersion(checkpoint, claim) &&
    checkpoint.chain === claim.chain;
  const wanted = { version, chain: claim.chain, segmentBytes: settings.checkpointBytes };
  const traces = attempt.traces();
  const looked = await lookAtRemains(context, traces, wanted);
  const { remains } = looked;
  if (remains.published && remains.wanted === 'other' && traces.targetPath === targetPath) attempt.foundUnrecorded();
  // A file that is already as wanted has no remains worth finishing. What was published since is recorded, or replaced.
  const isDone = isCurrent && !remains.published && !attempt.unrecorded;
  const recovery = isDone ? 'remove' : recoveryOf(remains);
  const stored = isDone ? undefined : looked.stored;
  const intent = traces.intent as PublishIntent;
  await attempt.mayWrite();
  const kept = recovery === 'publish' ? intent.draft : stored?.draft;
  await removeRemains(target, traces, kept);
  if (kept === undefined) attempt.tidied();
  switch (recovery) {
    case 'publish':
      await attempt.publish(intent);
      await target.recover(targetPath, intent.draft, intent.ticket); // the old file, moved aside by a worker that died then
      return publishedBefore(claim, targetPath, intent);
    case 'record':
      return publishedBefore(claim, traces.targetPath, intent);
    case 'resume':
      log.info(`resuming at ${stored?.offset} of ${claim.size} bytes`, { path: claim.path });
      break;
    case 'remove':
      if (isDone) return outcomeRow(claim, 'unchanged', 'copied-by-another-run', checkpoint);
  }
  if (reason === UNTIMED && checkpoint && (await hasSameContent(context, attempt, checkpoint))) {
    return outcomeRow(claim, 'unchanged', 'same-content', checkpoint);
  }
  const isOurs = checkpoint !== undefined || attempt.unrecorded;
  const { entrance, found } = isOurs
    ? { entrance: 'copy' as const, found: undefined }
    : await lookAtTarget(context, attempt, remains);
  switch (entrance) {
    case 'adopt': {
      // Its content was never seen: no digest is recorded.
      const digest = { segmentBytes: 0, segments: [] };
      const adopted = {
        targetSize: claim.size,
        targetMtimeMs: found?.mtimeMs ?? claim.mtimeMs,
        mtimeKept: true,
        digest,
      };
      return outcomeRow(claim, 'adopted', 'same-size-and-time', checkpointOf(claim, targetPath, adopted));
    }
    case 'refuse':
      throw new SyncError(
        `${target.label}: ${JSON.stringify(targetPath)} stands there already; remove it, or run with --existing adopt or replace`,
        { kind: 'refused', reason: 'exists', path: claim.path },
      );
    case 'no-file':
      throw notAFile(target.label, targetPath, found?.kind, claim.path);
  }
  const { published, takenAway, counts } = await copy(transfer, attempt, { stored, onlyNew: entrance === 'copy-new' });
  if (counts !== '') log.info(counts, { path: claim.path });
  if (takenAway)
    transfer.logged.add('info', 'taken away', `${JSON.stringify(targetPath)} ${TAKEN_AWAY}`, { path: claim.path });
  const notes = [
    counts,
    takenAway ? TAKEN_AWAY : published.mtimeKept ? '' : 'the target did not keep the modification time',
  ];
  return {
    ...outcomeRow(claim, 'copied', takenAway ? 'taken-away' : reason, checkpointOf(claim, targetPath, published)),
    keys: published.keys,
    message: notes.filter((note) => note !== '').join('; '),
  };
}

/** What stands at the target path of a file that the state does not know. */
async function lookAtTarget({ source, target, settings }: Context, { claim, targetPath }: Attempt, remains: Remains) {
  // Where an attempt was about to publish and nothing is proved, an older file may stand there: its size and time prove nothing.
  const unproved = remains.intent === 'publishing' && remains.wanted === 'same';
  const found = await target.stat(targetPath);
  const stepMs = Math.max(source.capabilities.mtimeStepMs, target.capabilities.mtimeStepMs);
  const step = (mtimeMs: number) => Math.floor(mtimeMs / stepMs);
  let at: Standing['at'] = 'nothing';
  if (found && found.kind !== 'file') at = 'no-file';
  else if (found) {
    const isAlike =
      claim.chain === '' && !unproved && found.size === claim.size && step(found.mtimeMs) === step(claim.mtimeMs);
    at = isAlike ? 'alike' : 'file';
  }
  return { entrance: entranceOf({ at, existing: settings.existing }), found };
}
