/**
 * One file, from claim to outcome: look at what an earlier attempt left and finish, resume or remove it → decide whether
 * there is anything to copy → copy it.
 *
 * The order is the guarantee. Until `publish` nothing at the target has changed, so every failure discards the draft and
 * is over. The intent is saved only while the claim still holds, so a worker that lost its lease stops there. After a crash
 * between `publish` and the recorded outcome, the intent and one look at the target tell that the work is done.
 */
import { asSyncError, SyncError } from '../errors.ts';
import type { FileVersion, Outcome } from '../model.ts';
import type { Checkpoint, Claim, OutcomeRow } from '../state/state.ts';
import { backOff } from '../storage/backoff.ts';
import { draftName } from '../storage/draft-name.ts';
import { mayPass } from '../storage/retry.ts';
import { copy, type Stored, type Transfer } from './copy.ts';
import { type PublishIntent, readIntent, ticketOf, type WritingIntent, worthGoingOn } from './intent.ts';
import { copiesAnyway } from './reasons.ts';
import { publishAsides, recoverAttempt } from './side-file.ts';

/** Never throws for what can happen to a file; throws `stopped` when the user asked to stop. */
export async function transferFile(transfer: Transfer, claim: Claim): Promise<OutcomeRow> {
  const { context, run } = transfer;
  const { settings, signal, log, world } = context;
  let attempt = claim;
  for (let tries = 1; ; tries++) {
    const storedBytes = storedUntil(transfer, attempt);
    try {
      signal.throwIfAborted();
      return await settle(transfer, attempt);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = asSyncError(thrown);
      // A large file on a bad line gets through as long as every try brings a segment more.
      if (storedUntil(transfer, attempt) > storedBytes) tries = 1;
      if (!mayPass(error) || tries >= settings.attempts || !transfer.retryBudget.take()) return failedRow(claim, error);
      log.info(`trying again: ${error.message}`, { path: claim.path, tries });
      transfer.retries.set(claim.path, tries);
      await backOff(tries, signal, world);
      // What was begun is looked at as after a crash: published already, complete, or to be done again.
      const intent = transfer.intents.get(claim.path) ?? claim.intent;
      const abandonedBefore = claim.abandoned ? [...claim.abandonedBefore, claim.abandoned] : claim.abandonedBefore;
      attempt = { ...claim, intent, abandoned: { run, token: claim.token }, abandonedBefore };
    }
  }
}

/** Bytes that an attempt need not send again. */
function storedUntil({ intents }: Transfer, { path, intent }: Claim): number {
  const known = intents.get(path) ?? readIntent(intent);
  return known?.stage === 'writing' ? known.offset : 0;
}

async function settle(transfer: Transfer, claim: Claim): Promise<OutcomeRow> {
  const { chain } = transfer;
  const { target } = transfer.context;
  const at = chain.targetPath(claim.path);
  const { checkpoint, reason } = claim;
  if (checkpoint && !copiesAnyway.has(reason) && sameVersion(checkpoint, claim) && checkpoint.chain === claim.chain) {
    return outcomeRow(claim, 'unchanged', 'copied-by-another-run', checkpoint);
  }
  const intent = readIntent(claim.intent);
  const stored = intent?.stage === 'writing' ? await storedPart(transfer, claim, intent) : undefined;
  const kept = intent?.stage === 'publishing' ? intent.draft : stored?.draft;
  const asides = chain.asides(claim.path);
  for (const { draft: name } of draftsOf(claim)) {
    if (name !== kept) await recoverAttempt(target, at, { name, ticket: ticketOf(intent, name) }, asides);
  }
  if (intent?.stage === 'publishing' && (await finishPublishing(transfer, claim, intent))) {
    const row = outcomeRow(claim, 'copied', 'published-before', checkpointOf(claim, at, intent));
    return { ...row, keys: intent.keys };
  }
  if (!checkpoint) {
    const standing = await lookAtTarget(transfer, claim);
    if (standing) return standing;
  }
  const { published, counts } = await copy(transfer, claim, stored);
  const row = outcomeRow(claim, 'copied', reason, checkpointOf(claim, at, published));
  if (counts !== '') transfer.context.log.info(counts, { path: claim.path });
  const notes = [counts, published.mtimeKept ? '' : 'the target did not keep the modification time'];
  return { ...row, keys: published.keys, message: notes.filter((note) => note !== '').join('; ') };
}

/** A target file that the state does not know: adopted, refused, or (undefined) replaced. */
async function lookAtTarget({ context, chain }: Transfer, claim: Claim): Promise<OutcomeRow | undefined> {
  const { source, target, settings } = context;
  const at = chain.targetPath(claim.path);
  const found = await target.stat(at);
  if (!found) return undefined;
  if (found.kind !== 'file') {
    const what = found.kind === 'folder' ? 'a folder' : found.kind === 'link' ? 'a symbolic link' : 'no regular file';
    throw new SyncError(`${target.label}: ${JSON.stringify(at)} is ${what}; move it away or exclude the file`, {
      kind: 'permanent',
      reason: found.kind === 'folder' ? 'is-a-folder' : 'not-a-file',
      path: claim.path,
    });
  }
  if (settings.existing === 'refuse') {
    throw new SyncError(
      `${target.label}: ${JSON.stringify(at)} stands there already; remove it, or run with --existing adopt or replace`,
      { kind: 'refused', reason: 'exists', path: claim.path },
    );
  }
  const stepMs = Math.max(source.capabilities.mtimeStepMs, target.capabilities.mtimeStepMs);
  const sameTime = Math.floor(found.mtimeMs / stepMs) === Math.floor(claim.mtimeMs / stepMs);
  if (settings.existing !== 'adopt' || claim.chain !== '' || found.size !== claim.size || !sameTime) return undefined;
  // Its content was never seen: no digest is recorded.
  const digest = { segmentBytes: 0, segments: [] };
  const adopted = { targetSize: found.size, targetMtimeMs: found.mtimeMs, mtimeKept: true, digest };
  return outcomeRow(claim, 'adopted', 'same-size-and-time', checkpointOf(claim, at, adopted));
}

/** After a crash behind the intent: publishes the complete draft, or sees that it is published. False: start over. */
async function finishPublishing({ context, chain }: Transfer, claim: Claim, intent: PublishIntent): Promise<boolean> {
  const { target } = context;
  const at = chain.targetPath(claim.path);
  const asides = chain.asides(claim.path);
  const sameWork = sameVersion(intent.version, claim) && intent.chain === chain.key(claim.path);
  const draft = await target.statDraft(at, intent.draft, intent.ticket);
  if (sameWork && draft?.size === intent.targetSize) {
    // One that is gone was published by who died then, or never completed: then all of it is made again.
    if (!(await publishAsides(target, at, intent.draft, intent.asides ?? []))) {
      await recoverAttempt(target, at, { name: intent.draft, ticket: intent.ticket }, asides);
      return false;
    }
    await target.publish(at, intent.draft, { ticket: intent.ticket });
    await target.recover(at, intent.draft, intent.ticket); // the old file, moved aside by who died then
    return true;
  }
  const found = sameWork && !draft ? await target.stat(at) : undefined;
  await recoverAttempt(target, at, { name: intent.draft, ticket: intent.ticket }, asides);
  return found?.kind === 'file' && found.size === intent.targetSize && found.mtimeMs === intent.targetMtimeMs;
}

/** Drafts that earlier attempts at this file may have left. */
function draftsOf({ path, abandoned, abandonedBefore }: Claim): readonly { token: number; draft: string }[] {
  const claims = abandoned ? [abandoned, ...abandonedBefore] : abandonedBefore;
  return claims.map((claim) => ({ token: claim.token, draft: draftName({ ...claim, path }) }));
}

/** What an earlier attempt stored of this very version; undefined where it is gone, or of no use any more. */
async function storedPart(
  { context, chain }: Transfer,
  claim: Claim,
  intent: WritingIntent,
): Promise<Stored | undefined> {
  const { target, log, settings } = context;
  // Parts of an upload count even before a whole segment does.
  if (!worthGoingOn(intent)) return undefined;
  if (intent.digest.segmentBytes !== settings.checkpointBytes) return undefined;
  if (!sameVersion(intent.version, claim) || intent.chain !== chain.key(claim.path)) return undefined;
  // Who resumes it gives it a name of his own, and writes to it only when that is written down. A draft of an older claim
  // than the one that wrote this down is another one.
  for (const { token, draft } of draftsOf(claim)) {
    if (token < intent.token) continue;
    const ticket = ticketOf(intent, draft);
    const standing = await target.statDraft(chain.targetPath(claim.path), draft, ticket);
    if (!standing || standing.size < intent.offset) continue;
    log.info(`going on at ${intent.offset} of ${claim.size} bytes`, { path: claim.path });
    return {
      draft,
      ticket,
      offset: intent.offset,
      segments: intent.digest.segments,
      ...(intent.transforms && { transforms: intent.transforms }),
    };
  }
  return undefined;
}

function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

type Published = Pick<PublishIntent, 'targetSize' | 'targetMtimeMs' | 'mtimeKept' | 'digest' | 'sourceDigest'>;

function checkpointOf({ size, mtimeMs, chain }: Claim, at: string, published: Published): Checkpoint {
  const { targetSize, targetMtimeMs, mtimeKept, digest, sourceDigest } = published;
  return {
    size,
    mtimeMs,
    chain,
    targetSize,
    digest,
    sourceDigest,
    targetPath: chain === '' ? undefined : at,
    targetMtimeMs: mtimeKept ? targetMtimeMs : undefined,
  };
}

function outcomeRow(claim: Claim, outcome: Outcome, reason: string, checkpoint: Checkpoint | undefined): OutcomeRow {
  const { path, token } = claim;
  return { path, token, outcome, kind: undefined, reason, message: '', checkpoint };
}

function failedRow(claim: Claim, error: SyncError): OutcomeRow {
  const outcome = error.kind === 'changed' ? 'deferred' : error.kind === 'refused' ? 'refused' : 'failed';
  const kind = outcome === 'deferred' ? undefined : error.kind;
  // A transform knows no path; whoever reads the message needs it.
  const message = error.path === undefined ? `${JSON.stringify(claim.path)}: ${error.message}` : error.message;
  return { ...outcomeRow(claim, outcome, error.reason, undefined), kind, message };
}
