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
import type { Chain } from '../transform/chain.ts';
import type { FileContext } from '../transform/transform.ts';
import type { Context } from './context.ts';
import type { Intent, PublishIntent } from './intent.ts';
import { outputAhead, type ResumePoints, resumePoints, type SavedTransforms } from './resume-points.ts';
import { sameDigest, segmentDigest } from './segment-digest.ts';
import { leaseLost, segmentSaver } from './segment-saver.ts';
import { sideFiles } from './side-file.ts';

export interface Transfer {
  readonly context: Context;
  readonly run: string;
  readonly chain: Chain;
  /** Resolves to false when the claim is lost. */
  saveIntent(row: IntentRow): Promise<boolean>;
  /** What this process saved last, by path. */
  readonly intents: Map<string, Intent>;
  /** How often each file in hand was begun again, by path. */
  readonly retries: Map<string, number>;
  readonly bytes: { read: number; written: number; resumed: number };
}

/** What an earlier attempt left at the target and wrote down. */
export interface Stored {
  readonly draft: string;
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
  const { settings, target, signal, progress } = context;
  const { path, token, chain } = claim;
  const at = transfer.chain.targetPath(path);
  const name = draftName({ run, path, token });
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const kept = { mtimeMs: claim.mtimeMs, fsync: settings.fsync, signal };
  const draft = await target.draft(at, {
    name,
    resume: stored && { draft: stored.draft, offset: stored.offset },
    expectedBytes: chain === '' ? claim.size : undefined,
    ...kept,
  });
  await using sides = sideFiles(target, at, path, { name, ...kept });
  const digest = segmentDigest(settings.checkpointBytes, stored?.segments);
  const points = resumePoints(settings.checkpointBytes, stored?.offset ?? 0);
  const segments = segmentSaver(transfer, claim, { draft, name, digest, points, stored });
  try {
    await segments.begin();
    let written = stored?.offset ?? 0;
    transfer.bytes.resumed += written;
    progress.bytes(written);
    for await (const chunk of content(transfer, claim, {
      takesAtOnce: draft.takesAtOnce,
      stored,
      points,
      file: sides.file,
    })) {
      digest.update(chunk);
      const bytes = chunk.reduce((sum, piece) => sum + piece.length, 0);
      written += bytes;
      await draft.write(chunk);
      segments.look();
      transfer.bytes.written += bytes;
      progress.bytes(bytes);
    }
    await segments.done();
    await sides.finish();
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
    await sides.publish();
    await target.publish(at, name);
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

/** Whether segments are written down that another attempt can build on: the file and its place are as good as before. */
function mayGoOn({ intents, context }: Transfer, { path }: Claim, error: unknown): boolean {
  const intent = intents.get(path);
  if (intent?.stage !== 'writing' || intent.offset === 0) return false;
  return context.signal.aborted || asSyncError(error).kind === 'transient';
}

interface Reading {
  readonly takesAtOnce: boolean;
  readonly stored: Stored | undefined;
  readonly points: ResumePoints;
  readonly file: FileContext;
}

/** What is to be written: the rest behind what is stored. */
async function* content(transfer: Transfer, claim: Claim, reading: Reading): AsyncGenerator<Chunk> {
  const { context, chain, bytes } = transfer;
  const { source, signal } = context;
  const { stored, points, file } = reading;
  const transforms = stored?.transforms;
  // A transform may keep what it was given.
  const borrow = reading.takesAtOnce && claim.chain === '';
  const expected = { size: claim.size, mtimeMs: claim.mtimeMs };
  const start = transforms?.readBytes ?? stored?.offset ?? 0;
  const chunks = source.read(claim.path, { expected, start, borrow, signal });
  async function* counted(): AsyncGenerator<Chunk> {
    for await (const chunk of chunks) {
      for (const piece of chunk) bytes.read += piece.length;
      yield chunk;
    }
  }
  if (claim.chain === '') return yield* counted();

  let taken = start;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of counted()) {
      for (const piece of chunk) {
        taken += piece.length;
        yield piece;
      }
    }
  }
  const run = chain.resume(claim.path, pieces(), transforms?.state);
  const ahead = transforms ? outputAhead(transforms) : undefined;
  if (run && ahead && ahead.length > 0) {
    points.look(run, ahead, taken);
    yield [ahead];
  }
  for await (const piece of run?.output ?? chain.apply(claim.path, pieces(), file)) {
    if (piece.length === 0) continue;
    if (run) points.look(run, piece, taken);
    yield [piece];
  }
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
