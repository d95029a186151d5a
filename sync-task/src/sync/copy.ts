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
import type { Draft, DraftOptions } from '../storage/storage.ts';
import type { Chain } from '../transform/chain.ts';
import type { Context } from './context.ts';
import type { Intent, PublishIntent } from './intent.ts';
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
}

/** What an earlier attempt left at the target and wrote down. */
export interface Stored {
  readonly draft: string;
  readonly ticket: string | undefined;
  readonly offset: number;
  readonly segments: readonly string[];
}

/** Returns what was published. After an error the target has its old file, and a draft only where a later attempt can go on. */
export async function copy(transfer: Transfer, claim: Claim, stored: Stored | undefined): Promise<PublishIntent> {
  const { context, run } = transfer;
  const { settings, source, target, signal, progress } = context;
  const { path, token, chain } = claim;
  const at = transfer.chain.targetPath(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const options: DraftOptions = {
    name,
    resume: stored && { draft: stored.draft, offset: stored.offset, ticket: stored.ticket },
    remember: (ticket) => segments.remember(ticket),
    expectedBytes: chain === '' ? claim.size : undefined,
    likelyBytes: claim.size,
    mtimeMs: (await source.keptMtimeMs?.(path)) ?? claim.mtimeMs,
    fsync: settings.fsync,
    signal,
  };
  // What is not changed on the way need not come here where the two places can do it among themselves.
  const filled =
    chain === '' ? await target.draftFrom?.({ storage: source, path, expected: version }, at, options) : undefined;
  const draft = filled ?? (await target.draft(at, options));
  const digest = segmentDigest(settings.checkpointBytes, filled ? undefined : stored?.segments);
  const segments = segmentSaver(transfer, claim, draft, digest, name, stored?.ticket);
  try {
    await segments.begin();
    let written = filled ? claim.size : (stored?.offset ?? 0);
    if (!filled) transfer.bytes.resumed += written;
    progress.bytes(written);
    for await (const chunk of filled ? [] : content(transfer, claim, draft.takesAtOnce, written)) {
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
      ticket: segments.ticket,
      version,
      chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      // Bytes that were never here have no digest.
      digest: filled ? { segmentBytes: 0, segments: [] } : digest.finish(),
    };
    if (finished.size !== written) throw notAsWritten(context, at, `${finished.size} bytes of ${written} arrived`);
    const readsDraft = target.capabilities.draftsReadable ?? true;
    if (settings.verify === 'read-back' && readsDraft && !filled) await readBack(context, at, intent, name);
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    transfer.intents.set(path, intent);
    signal.throwIfAborted();
    await target.publish(at, name, intent.ticket);
    if (settings.verify === 'read-back' && !readsDraft && !filled) await readBack(context, at, intent, undefined);
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

/** Whether segments are written down that another attempt can build on: the file and its place are as good as before. */
function mayGoOn({ intents, context }: Transfer, { path }: Claim, error: unknown): boolean {
  const intent = intents.get(path);
  if (intent === undefined) return false;
  const stands =
    intent.stage === 'publishing'
      ? intent.ticket !== undefined // complete, and found again: only its publishing is to be done once more
      : intent.chain === '' && (intent.offset > 0 || intent.ticket !== undefined);
  if (!stands) return false;
  return context.signal.aborted || asSyncError(error).kind === 'transient';
}

/** Writes down each segment that the target has stored, one at a time, while the transfer goes on. */
function segmentSaver(
  transfer: Transfer,
  claim: Claim,
  draft: Draft,
  digest: SegmentDigest,
  name: string,
  storedTicket: string | undefined,
) {
  const { path, token, chain } = claim;
  const { checkpointBytes } = transfer.context.settings;
  let saved = digest.whole.segments.length;
  let ticket = storedTicket;
  let saving: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function save(whole: number): Promise<void> {
    const { segmentBytes, segments } = digest.whole;
    await draft.flush();
    const intent: Intent = {
      stage: 'writing',
      token,
      draft: name,
      ticket,
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
    get ticket() {
      return ticket;
    },
    /** Before anything is stored under a draft that its name does not find. */
    async remember(given: string): Promise<void> {
      ticket = given;
      await save(saved);
    },
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

/** Before it is published, or (no draft) behind that, where the target has no other way. */
async function readBack(
  { target, signal }: Context,
  path: string,
  intent: PublishIntent,
  draft: string | undefined,
): Promise<void> {
  const digest = segmentDigest(intent.digest.segmentBytes);
  const expected = { size: intent.targetSize, mtimeMs: intent.targetMtimeMs };
  const which = draft === undefined ? {} : { draft };
  for await (const chunk of target.read(path, { expected, start: 0, ...which, borrow: true, signal })) {
    digest.update(chunk);
  }
  if (!sameDigest(digest.finish(), intent.digest)) {
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

function leaseLost(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} was taken over by another worker while this one was away; nothing was published here`,
    { kind: 'transient', reason: 'lease-lost', path },
  );
}
