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
import type { Draft } from '../storage/storage.ts';
import type { Chain } from '../transform/chain.ts';
import type { Context } from './context.ts';
import type { Intent, PublishIntent } from './intent.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type SegmentDigest, sameDigest, segmentDigest } from './segment-digest.ts';

export interface Transfer {
  readonly context: Context;
  readonly run: string;
  readonly chain: Chain;
  /** Resolves to false when the claim is lost. */
  saveIntent(row: IntentRow): Promise<boolean>;
  /** What this process saved last, by path. */
  readonly intents: Map<string, Intent>;
  readonly bytes: { read: number; written: number; resumed: number };
  readonly retries: RetryBudget;
}

/** What an earlier attempt left at the target and wrote down. */
export interface Stored {
  readonly draft: string;
  readonly offset: number;
  readonly segments: readonly string[];
}

/** Returns what was published. After an error the target has its old file, and a draft only where a later attempt can go on. */
export async function copy(transfer: Transfer, claim: Claim, stored: Stored | undefined): Promise<PublishIntent> {
  const { context, run } = transfer;
  const { settings, target, signal, progress } = context;
  const { path, token, chain } = claim;
  const at = transfer.chain.targetPath(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const draft = await target.draft(at, {
    name,
    resume: stored && { draft: stored.draft, offset: stored.offset },
    expectedBytes: chain === '' ? claim.size : undefined,
    mtimeMs: claim.mtimeMs,
    fsync: settings.fsync,
    signal,
  });
  const digest = segmentDigest(settings.checkpointBytes, stored?.segments);
  const segments = segmentSaver(transfer, claim, draft, digest, name);
  try {
    await segments.begin();
    let written = stored?.offset ?? 0;
    transfer.bytes.resumed += written;
    progress.bytes(written);
    for await (const chunk of content(transfer, claim, draft.takesAtOnce, written)) {
      digest.update(chunk);
      const bytes = chunk.reduce((sum, piece) => sum + piece.length, 0);
      written += bytes;
      await draft.write(chunk);
      segments.look();
      transfer.bytes.written += bytes;
      progress.bytes(bytes);
    }
    await segments.done();
    const finished = await draft.finish();
    const intent: PublishIntent = {
      stage: 'publishing',
      draft: name,
      version,
      chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      digest: digest.finish(),
    };
    if (finished.size !== written) throw notAsWritten(context, at, `${finished.size} bytes of ${written} arrived`);
    if (settings.verify === 'read-back') await readBack(context, at, intent);
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    transfer.intents.set(path, intent);
    signal.throwIfAborted();
    await target.publish(at, name);
    return intent;
  } catch (error) {
    await segments.done().catch(() => undefined); // the first error is the one to tell
    if (mayGoOn(transfer, claim, error)) await draft.leave();
    else {
      // What cannot be removed now is swept by whoever claims the file next.
      await draft.discard().catch((left: unknown) => {
        context.log.warn(`a draft could not be removed: ${asSyncError(left).message}`, { path, draft: name });
      });
    }
    throw error;
  }
}

/** Whether another attempt can build on what is written down, a complete draft or segments of it: the place is as good as before. */
function mayGoOn({ intents, context }: Transfer, { path }: Claim, error: unknown): boolean {
  const intent = intents.get(path);
  if (intent === undefined || (intent.stage === 'writing' && intent.offset === 0)) return false;
  return context.signal.aborted || asSyncError(error).kind === 'transient';
}

/** Writes down each segment that the target has stored, one at a time, while the transfer goes on. */
function segmentSaver(transfer: Transfer, claim: Claim, draft: Draft, digest: SegmentDigest, name: string) {
  const { path, token, chain } = claim;
  const { checkpointBytes } = transfer.context.settings;
  let saved = digest.whole.segments.length;
  let saving: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function save(whole: number): Promise<void> {
    const { segmentBytes, segments } = digest.whole;
    await draft.flush();
    const intent: Intent = {
      stage: 'writing',
      token,
      draft: name,
      version: { size: claim.size, mtimeMs: claim.mtimeMs },
      chain,
      offset: whole * segmentBytes,
      digest: { segmentBytes, segments: segments.slice(0, whole) },
    };
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    saved = whole;
    transfer.intents.set(path, intent);
  }

  return {
    /** Before the first byte: what an earlier attempt wrote down must not be taken to be about this draft. */
    async begin(): Promise<void> {
      if (claim.intent !== undefined) await save(saved);
    },
    /** Throws where an earlier segment could not be saved. */
    look(): void {
      if (failure) throw failure.error;
      // The state of a transform is in its hands alone: such a file starts over.
      if (saving || chain !== '' || draft.storedBytes < (saved + 1) * checkpointBytes) return;
      saving = save(Math.min(digest.whole.segments.length, Math.floor(draft.storedBytes / checkpointBytes)))
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(() => {
          saving = undefined;
        });
    },
    /** What is saved later must not come before it. */
    async done(): Promise<void> {
      await saving;
      if (failure) throw failure.error;
    },
  };
}

async function* content(transfer: Transfer, claim: Claim, takesAtOnce: boolean, start: number): AsyncGenerator<Chunk> {
  const { context, chain, bytes } = transfer;
  const { source, signal } = context;
  // A transform may keep what it was given.
  const borrow = takesAtOnce && claim.chain === '';
  const expected = { size: claim.size, mtimeMs: claim.mtimeMs };
  const chunks = source.read(claim.path, { expected, start, borrow, signal });
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
  else for await (const piece of chain.apply(claim.path, pieces())) if (piece.length > 0) yield [piece];
}

async function readBack({ target, signal }: Context, path: string, intent: PublishIntent): Promise<void> {
  const digest = segmentDigest(intent.digest.segmentBytes);
  const expected = { size: intent.targetSize, mtimeMs: intent.targetMtimeMs };
  for await (const chunk of target.read(path, { expected, start: 0, draft: intent.draft, borrow: true, signal })) {
    digest.update(chunk);
  }
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

function notAsWritten({ target }: Context, path: string, how: string): SyncError {
  return new SyncError(
    `${target.label}: ${JSON.stringify(path)} was not stored as written (${how}); nothing was published`,
    { kind: 'transient', reason: 'size-differs', path },
  );
}

function leaseLost(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} was taken over by another worker while this one was away; nothing was published here`,
    { kind: 'transient', reason: 'lease-lost', path },
  );
}
