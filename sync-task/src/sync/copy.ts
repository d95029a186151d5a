/**
 * Copies one file: read → transform → hidden draft → size and digest checked → intent saved → publish.
 *
 * On the way each whole segment is written down once the target has acknowledged it, while the next ones are under way. A
 * later attempt goes on behind the last one: the bytes before it are those of the same version of the source, and whoever
 * else still writes to the draft (a frozen process that wakes up) writes the same bytes to the same places.
 */
import { asSyncError, SyncError } from '../errors.ts';
import type { Chunk } from '../model.ts';
import type { Claim, IntentRow } from '../state/state.ts';
import { draftName } from '../storage/draft-name.ts';
import type { DraftOptions } from '../storage/storage.ts';
import type { Chain } from '../transform/chain.ts';
import type { ChainThreads } from '../transform/chain-threads.ts';
import type { ResumePoint, SavedTransforms } from '../transform/changed-file.ts';
import type { FileContext } from '../transform/transform.ts';
import { compareContent } from './content-digest.ts';
import type { Context } from './context.ts';
import { addCounts, type TransformCounts } from './counts.ts';
import { fileKeys } from './file-keys.ts';
import { type Intent, type PublishIntent, worthGoingOn } from './intent.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type SegmentDigest, segmentDigest } from './segment-digest.ts';
import { leaseLost, segmentSaver } from './segment-saver.ts';
import { sideFiles } from './side-file.ts';
import { toldDigest } from './told-digest.ts';

export interface Transfer {
  readonly context: Context;
  readonly pipelineId: number;
  readonly run: string;
  readonly chain: Chain;
  readonly threads: ChainThreads;
  /** Resolves to false when the claim is lost. */
  saveIntent(row: IntentRow): Promise<boolean>;
  /** What this process saved last, by path. */
  readonly intents: Map<string, Intent>;
  /** How often each file in hand was begun again, by path. */
  readonly retries: Map<string, number>;
  readonly bytes: { read: number; written: number; resumed: number };
  /** Of the files published here. */
  readonly transformCounts: TransformCounts;
  readonly retryBudget: RetryBudget;
}

/** What an earlier attempt left at the target and wrote down. */
export interface Stored {
  readonly draft: string;
  readonly ticket: string | undefined;
  readonly offset: number;
  readonly segments: readonly string[];
  /** Only where transforms made it. */
  readonly transforms?: SavedTransforms;
}

export interface Copied {
  readonly published: PublishIntent;
  /** What the transforms counted, in words. */
  readonly counts: string;
}

/** After an error the target has its old file, and a draft only where a later attempt can go on. */
export async function copy(transfer: Transfer, claim: Claim, stored: Stored | undefined): Promise<Copied> {
  const { context, run } = transfer;
  const { settings, source, target, signal, progress } = context;
  const { path, token, chain } = claim;
  const at = transfer.chain.targetPath(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const kept = { mtimeMs: (await source.keptMtimeMs?.(path)) ?? claim.mtimeMs, fsync: settings.fsync, signal };
  const options: DraftOptions = {
    name,
    resume: stored && { draft: stored.draft, offset: stored.offset, ticket: stored.ticket },
    remember: (ticket) => segments.remember(ticket),
    onCopied: (bytes) => progress.bytes(bytes),
    expectedBytes: chain === '' ? claim.size : undefined,
    likelyBytes: claim.size,
    segmentBytes: settings.checkpointBytes,
    ...kept,
  };
  // What is not changed on the way, nor to be looked at, need not come here where the two places can do it among themselves.
  const mayFill = chain === '' && settings.verify !== 'read-back';
  const filled = mayFill
    ? await target.draftFrom?.({ storage: source, path, expected: version }, at, options)
    : undefined;
  const draft = filled ?? (await target.draft(at, options));
  const keys = fileKeys(context, { pipelineId: transfer.pipelineId, path, token });
  await using sides = sideFiles(target, at, path, { name, ...kept }, keys);
  const digest = segmentDigest(settings.checkpointBytes, filled ? undefined : stored?.segments);
  const sourceDigest = chain === '' || stored ? undefined : segmentDigest(settings.checkpointBytes);
  const segments = segmentSaver(transfer, claim, { draft, name, digest, stored });
  try {
    await segments.begin();
    let written = filled ? claim.size : (stored?.offset ?? 0);
    if (!filled) {
      transfer.bytes.resumed += written;
      progress.bytes(written);
    }
    const reading = { takesAtOnce: draft.takesAtOnce, stored, sourceDigest, file: sides.file };
    for await (const { chunk, point } of filled ? [] : content(transfer, claim, reading)) {
      digest.update(chunk);
      const bytes = chunk.reduce((sum, piece) => sum + piece.length, 0);
      written += bytes;
      await draft.write(chunk);
      segments.look(point);
      transfer.bytes.written += bytes;
      progress.bytes(bytes);
    }
    await segments.done();
    await sides.finish();
    const whole = digest.finish();
    const sha256 = whole.segments.length === 1 ? whole.segments[0] : undefined;
    const finished = await draft.finish({ sha256 });
    const unkeyed: PublishIntent = {
      stage: 'publishing',
      draft: name,
      ticket: segments.ticket,
      version,
      chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      digest: filled ? await toldDigest(context, claim, at, name) : whole,
      sourceDigest: sourceDigest?.finish(),
      asides: sides.suffixes(),
    };
    if (finished.size !== written) throw notAsWritten(context, at, `${finished.size} bytes of ${written} arrived`);
    const readsBack = settings.verify === 'read-back';
    const { readsDrafts } = target.capabilities;
    if (readsBack && readsDrafts) await readBack(context, at, unkeyed, name);
    const intent: PublishIntent = { ...unkeyed, keys: await keys.complete() };
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    transfer.intents.set(path, intent);
    signal.throwIfAborted();
    await sides.publish();
    await target.publish(at, name, { ticket: intent.ticket });
    if (readsBack && !readsDrafts) {
      // Should it differ, a retry must not take what stands there for done.
      transfer.intents.delete(path);
      await readBack(context, at, intent, undefined);
    }
    addCounts(transfer.transformCounts, sides.counted());
    return { published: intent, counts: sides.counts() };
  } catch (error) {
    await segments.done().catch(() => undefined); // the first error is the one to tell
    const goesOn = mayGoOn(transfer, claim, error);
    if (goesOn) await draft.leave();
    for (const each of goesOn ? [sides] : [draft, sides]) {
      // What cannot be removed now is swept by whoever claims the file next.
      await each.discard().catch((left: unknown) => {
        context.log.warn(`a draft could not be removed: ${asSyncError(left).message}`, { path, draft: name });
      });
    }
    throw error;
  }
}

/** Whether another attempt can build on what is written down, a complete draft or segments of it: the place is as good as before. */
function mayGoOn({ intents, context }: Transfer, { path }: Claim, error: unknown): boolean {
  const intent = intents.get(path);
  if (intent === undefined || (intent.stage === 'writing' && !worthGoingOn(intent))) return false;
  return context.signal.aborted || asSyncError(error).kind === 'transient';
}

interface Reading {
  readonly takesAtOnce: boolean;
  readonly stored: Stored | undefined;
  readonly sourceDigest: SegmentDigest | undefined;
  readonly file: FileContext;
}

interface Content {
  readonly chunk: Chunk;
  readonly point?: ResumePoint;
}

/** What is to be written: the rest behind what is stored. */
async function* content(transfer: Transfer, claim: Claim, reading: Reading): AsyncGenerator<Content> {
  const { context, threads, bytes } = transfer;
  const { source, signal, settings } = context;
  const { stored, sourceDigest, file } = reading;
  const transforms = stored?.transforms;
  // A transform may keep what it was given.
  const borrow = reading.takesAtOnce && claim.chain === '';
  const expected = { size: claim.size, mtimeMs: claim.mtimeMs };
  const start = transforms?.readBytes ?? stored?.offset ?? 0;
  const chunks = source.read(claim.path, { expected, start, borrow, signal });

  if (claim.chain === '') {
    for await (const chunk of chunks) {
      for (const piece of chunk) bytes.read += piece.length;
      yield { chunk };
    }
    return;
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      sourceDigest?.update(chunk); // before a transform changes it in place
      for (const piece of chunk) {
        bytes.read += piece.length;
        yield piece;
      }
    }
  }
  const segmentBytes = settings.checkpointBytes;
  const from = { segmentBytes, segments: stored?.segments.length ?? 0, transforms };
  for await (const { bytes, point } of threads.changed(claim.path, claim.size, pieces(), from, file)) {
    yield { chunk: [bytes], ...(point && { point }) };
  }
}

/** Before it is published, or (no draft) behind that, where the target has no other way. */
async function readBack(
  { target, signal }: Context,
  path: string,
  intent: PublishIntent,
  draft: string | undefined,
): Promise<void> {
  const expected = { size: intent.targetSize, mtimeMs: intent.targetMtimeMs };
  const difference = await compareContent(target, path, intent.digest, {
    expected,
    signal,
    ...(draft !== undefined && { draft }),
  });
  if (difference !== undefined) {
    const published =
      draft === undefined ? 'it stands there all the same and is copied again' : 'nothing was published';
    throw new SyncError(
      `${target.label}: ${JSON.stringify(path)} reads back other bytes than were written; ${published}`,
      {
        kind: 'transient',
        reason: 'digest-differs',
        path,
      },
    );
  }
}

function notAsWritten({ target }: Context, path: string, how: string): SyncError {
  return new SyncError(
    `${target.label}: ${JSON.stringify(path)} was not stored as written (${how}); nothing was published`,
    { kind: 'transient', reason: 'size-differs', path },
  );
}
