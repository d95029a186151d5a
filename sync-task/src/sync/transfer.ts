/**
 * One file, from claim to outcome: recover what an earlier attempt left → decide whether there is anything to copy → read
 * → transform → hidden draft → size and digest checked → intent saved → publish.
 *
 * The order is the guarantee. Until `publish` nothing at the target has changed, so every failure discards the draft and
 * is over. The intent is saved only while the claim still holds, so a worker that lost its lease stops there. After a crash
 * between `publish` and the recorded outcome, the intent and one look at the target tell that the work is done.
 */
import { setTimeout } from 'node:timers/promises';
import { asSyncError, SyncError } from '../errors.ts';
import type { Chunk, ContentDigest, FileVersion, Outcome } from '../model.ts';
import type { Checkpoint, Claim, IntentRow, OutcomeRow } from '../state/state.ts';
import { draftName } from '../storage/draft-name.ts';
import type { Chain } from '../transform/chain.ts';
import type { FileContext } from '../transform/transform.ts';
import type { Context } from './context.ts';
import { type PublishIntent, readIntent } from './intent.ts';
import { sameDigest, segmentDigest } from './segment-digest.ts';
import { publishAsides, recoverAttempt, sideFiles } from './side-file.ts';

export interface Transfer {
  readonly context: Context;
  readonly run: string;
  readonly chain: Chain;
  /** Resolves to false when the claim is lost. */
  saveIntent(row: IntentRow): Promise<boolean>;
  /** Intents saved by this process, by path. */
  readonly intents: Map<string, PublishIntent>;
  readonly bytes: { read: number; written: number };
}

/** Never throws for what can happen to a file; throws `stopped` when the user asked to stop. */
export async function transferFile(transfer: Transfer, claim: Claim): Promise<OutcomeRow> {
  const { context, run } = transfer;
  const { settings, signal, target, log } = context;
  let attempt = claim;
  for (let tries = 1; ; tries++) {
    try {
      signal.throwIfAborted();
      return await settle(transfer, attempt);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      const error = asSyncError(thrown);
      if (error.kind !== 'transient' || error.reason === 'lease-lost' || tries >= settings.attempts) {
        return failedRow(claim, error);
      }
      log.info(`trying again: ${error.message}`, { path: claim.path, tries });
      await setTimeout(backoffMs(tries), undefined, { signal }).catch(() => undefined);
      // What was begun is looked at as after a crash: published already, complete, or to be done again.
      const intent = transfer.intents.get(claim.path);
      attempt = { ...claim, intent, abandoned: { run, token: claim.token } };
      if (signal.aborted) {
        const name = draftName({ run, path: claim.path, token: claim.token });
        await recoverAttempt(target, claim.path, name, transfer.chain.asides(claim.path));
      }
    }
  }
}

const FIRST_BACKOFF_MS = 500;

/** Doubles with every try, with jitter, so that many files don't come back at once. */
function backoffMs(tries: number): number {
  return FIRST_BACKOFF_MS * 2 ** (tries - 1) * (0.5 + Math.random());
}

async function settle(transfer: Transfer, claim: Claim): Promise<OutcomeRow> {
  const { chain } = transfer;
  const { target } = transfer.context;
  const { abandoned, checkpoint, reason } = claim;
  if (checkpoint && reason !== 'forced' && sameVersion(checkpoint, claim) && checkpoint.chain === claim.chain) {
    return outcomeRow(claim, 'unchanged', 'copied-by-another-run', checkpoint);
  }
  const intent = readIntent(claim.intent);
  if (intent && (await finishPublishing(transfer, claim, intent))) {
    return outcomeRow(claim, 'copied', 'published-before', checkpointOf(claim, intent));
  }
  if (abandoned) {
    const name = draftName({ ...abandoned, path: claim.path });
    await recoverAttempt(target, claim.path, name, chain.asides(claim.path));
  }
  if (!checkpoint) {
    const standing = await lookAtTarget(transfer, claim);
    if (standing) return standing;
  }
  const { published, counts } = await copy(transfer, claim);
  const row = outcomeRow(claim, 'copied', reason, checkpointOf(claim, published));
  if (counts !== '') transfer.context.log.info(counts, { path: claim.path });
  const notes = [counts, published.mtimeKept ? '' : 'the target did not keep the modification time'];
  return { ...row, message: notes.filter((note) => note !== '').join('; ') };
}

/** A target file that the state does not know: adopted, refused, or (undefined) replaced. */
async function lookAtTarget({ context }: Transfer, claim: Claim): Promise<OutcomeRow | undefined> {
  const { source, target, settings } = context;
  const found = await target.stat(claim.path);
  if (!found) return undefined;
  if (found.kind !== 'file') {
    const what = found.kind === 'folder' ? 'a folder' : found.kind === 'link' ? 'a symbolic link' : 'no regular file';
    throw new SyncError(`${target.label}: ${JSON.stringify(claim.path)} is ${what}; move it away or exclude the file`, {
      kind: 'permanent',
      reason: found.kind === 'folder' ? 'is-a-folder' : 'not-a-file',
      path: claim.path,
    });
  }
  if (settings.existing === 'refuse') {
    throw new SyncError(
      `${target.label}: ${JSON.stringify(claim.path)} stands there already; remove it, or run with --existing adopt or replace`,
      { kind: 'refused', reason: 'exists', path: claim.path },
    );
  }
  const stepMs = Math.max(source.capabilities.mtimeStepMs, target.capabilities.mtimeStepMs);
  const sameTime = Math.floor(found.mtimeMs / stepMs) === Math.floor(claim.mtimeMs / stepMs);
  if (settings.existing !== 'adopt' || claim.chain !== '' || found.size !== claim.size || !sameTime) return undefined;
  // Its content was never seen: no digest is recorded.
  const digest = { segmentBytes: 0, segments: [] };
  return outcomeRow(claim, 'adopted', 'same-size-and-time', checkpointOf(claim, { targetSize: found.size, digest }));
}

/** After a crash behind the intent: publishes the complete draft, or sees that it is published. False: start over. */
async function finishPublishing({ context, chain }: Transfer, claim: Claim, intent: PublishIntent): Promise<boolean> {
  const { target } = context;
  const sameWork = sameVersion(intent.version, claim) && intent.chain === chain.key(claim.path);
  const draft = await target.statDraft(claim.path, intent.draft);
  if (sameWork && draft?.size === intent.targetSize) {
    await publishAsides(target, claim.path, intent.draft, chain.asides(claim.path));
    await target.publish(claim.path, intent.draft);
    return true;
  }
  const found = sameWork && !draft ? await target.stat(claim.path) : undefined;
  if (found?.kind === 'file' && found.size === intent.targetSize && found.mtimeMs === intent.targetMtimeMs) return true;
  await recoverAttempt(target, claim.path, intent.draft, chain.asides(claim.path));
  return false;
}

/** Reads, transforms, writes, checks and publishes. */
async function copy(transfer: Transfer, claim: Claim): Promise<{ published: PublishIntent; counts: string }> {
  const { context, run } = transfer;
  const { settings, target, signal, progress } = context;
  const { path, token } = claim;
  const name = draftName({ run, path, token });
  const draft = await target.draft(path, {
    name,
    expectedBytes: claim.chain === '' ? claim.size : undefined,
    mtimeMs: claim.mtimeMs,
    fsync: settings.fsync,
    signal,
  });
  await using sides = sideFiles(target, path, { name, mtimeMs: claim.mtimeMs, fsync: settings.fsync, signal });
  try {
    const digest = segmentDigest();
    let written = 0;
    for await (const chunk of content(transfer, claim, sides.file)) {
      digest.update(chunk);
      const bytes = chunk.reduce((sum, piece) => sum + piece.length, 0);
      written += bytes;
      await draft.write(chunk);
      transfer.bytes.written += bytes;
      progress.bytes(bytes);
    }
    await sides.finish();
    const finished = await draft.finish();
    const intent: PublishIntent = {
      draft: name,
      version: { size: claim.size, mtimeMs: claim.mtimeMs },
      chain: claim.chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      digest: digest.finish(),
    };
    if (finished.size !== written) throw notAsWritten(context, path, `${finished.size} bytes of ${written} arrived`);
    if (settings.verify === 'read-back') await readBack(context, path, intent);
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    transfer.intents.set(path, intent);
    signal.throwIfAborted();
    await sides.publish();
    await target.publish(path, name);
    return { published: intent, counts: sides.counts() };
  } catch (error) {
    // The first error is the one to tell; what cannot be removed now is swept by whoever claims the file next.
    for (const each of [draft, sides]) {
      await each.discard().catch((left: unknown) => {
        context.log.warn(`a draft could not be removed: ${asSyncError(left).message}`, { path, draft: name });
      });
    }
    throw error;
  }
}

async function* content({ context, chain, bytes }: Transfer, claim: Claim, file: FileContext): AsyncGenerator<Chunk> {
  const { source, signal } = context;
  const chunks = source.read(claim.path, { expected: { size: claim.size, mtimeMs: claim.mtimeMs }, start: 0, signal });
  async function* counted(): AsyncGenerator<Chunk> {
    for await (const chunk of chunks) {
      for (const piece of chunk) bytes.read += piece.length;
      yield chunk;
    }
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of counted()) yield* chunk;
  }
  if (claim.chain === '') yield* counted();
  else for await (const piece of chain.apply(claim.path, pieces(), file)) if (piece.length > 0) yield [piece];
}

async function readBack({ target, signal }: Context, path: string, intent: PublishIntent): Promise<void> {
  const digest = segmentDigest();
  const expected = { size: intent.targetSize, mtimeMs: intent.targetMtimeMs };
  for await (const chunk of target.read(path, { expected, start: 0, draft: intent.draft, signal }))
    digest.update(chunk);
  if (!sameDigest(digest.finish(), intent.digest)) {
    throw new SyncError(
      `${target.label}: ${JSON.stringify(path)} reads back other bytes than were written; nothing was published`,
      {
        kind: 'transient',
        reason: 'digest-differs',
        path,
      },
    );
  }
}

function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

function checkpointOf(claim: Claim, { targetSize, digest }: { targetSize: number; digest: ContentDigest }): Checkpoint {
  return { size: claim.size, mtimeMs: claim.mtimeMs, chain: claim.chain, targetSize, digest };
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

function notAsWritten({ target }: Context, path: string, how: string): SyncError {
  return new SyncError(
    `${target.label}: ${JSON.stringify(path)} was not stored as written (${how}); nothing was published`,
    {
      kind: 'transient',
      reason: 'size-differs',
      path,
    },
  );
}

function leaseLost(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} was taken over by another worker while this one was away; nothing was published here`,
    {
      kind: 'transient',
      reason: 'lease-lost',
      path,
    },
  );
}
