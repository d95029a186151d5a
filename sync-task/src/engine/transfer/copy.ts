/**
 * Copies one file: read → transform → hidden draft → size and digest checked → intent saved → publish.
 *
 * On the way each whole segment is written down once the target has acknowledged it, while the next ones are under way. A
 * later attempt resumes behind the last one: the bytes before it are those of the same version of the source. Whoever wrote
 * them has lost its lease by then, and writes nothing that was not on its way already (`lease.ts`).
 */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Chunk } from '../../base/model.ts';
import type { Claim } from '../../state/state.ts';
import type { DraftOptions, FileDescription } from '../../storage/storage.ts';
import type { ResumePoint } from '../../transform/chain/changed-file.ts';
import type { FileContext } from '../../transform/transform.ts';
import type { Context } from '../context.ts';
import { addCounts } from '../result/counts.ts';
import type { Attempt } from './attempt.ts';
import { compareContent } from './content-digest.ts';
import { fileKeys } from './file-keys.ts';
import type { PublishIntent } from './intent.ts';
import type { Stored } from './remains.ts';
import { type SegmentDigest, segmentDigest } from './segment-digest.ts';
import { segmentSaver } from './segment-saver.ts';
import { sideFiles } from './side-file.ts';
import { toldDigest } from './told-digest.ts';
import type { Transfer } from './transfer.ts';

export interface Copied {
  readonly published: PublishIntent;
  /** It was gone when it was looked at right behind that. */
  readonly takenAway: boolean;
  /** What the transforms counted, in words. */
  readonly counts: string;
}

export interface CopyOptions {
  /** What an earlier attempt stored, to resume. */
  readonly stored: Stored | undefined;
  /** Nothing that stands at the target may be replaced. */
  readonly onlyNew: boolean;
}

/** After an error the target has its old file, and a draft only where a later attempt can resume it. */
export async function copy(transfer: Transfer, attempt: Attempt, { stored, onlyNew }: CopyOptions): Promise<Copied> {
  const { context } = transfer;
  const { settings, source, target, signal, progress, log } = context;
  const { claim, at, name } = attempt;
  const { path, token, chain } = claim;
  const version = { size: claim.size, mtimeMs: claim.mtimeMs };
  const described = await descriptionOf(context, claim);
  const kept = {
    mtimeMs: described?.keptMtimeMs ?? claim.mtimeMs,
    fsync: settings.fsync,
    signal,
    mayWrite: attempt.mayWrite,
    touches: attempt.touches,
  };
  const options: DraftOptions = {
    name,
    mark: stored?.mark ?? attempt.mark,
    resume: stored && { draft: stored.draft, offset: stored.offset, ticket: stored.ticket },
    onCopied: (bytes) => progress.bytes(bytes),
    expectedBytes: chain === '' ? claim.size : undefined,
    likelyBytes: claim.size,
    segmentBytes: settings.checkpointBytes,
    description: described?.content,
    ...kept,
  };
  const bookkeeping = (before?: readonly string[]) => {
    const digest = segmentDigest(settings.checkpointBytes, before);
    const asides = transfer.chain.asides(path);
    const onSaved = (offset: number) => log.debug(`${offset} bytes are stored and written down`, { path });
    return {
      digest,
      segments: segmentSaver(attempt, { checkpointBytes: settings.checkpointBytes, digest, stored, asides, onSaved }),
    };
  };
  const letGo = async (error: unknown): Promise<never> => {
    await attempt.letGo(error);
    throw error;
  };
  await attempt.mayWrite();
  attempt.begins();
  // What is not changed on the way, nor to be looked at, need not come here where the two places can do it among themselves.
  const filling = bookkeeping();
  const filled =
    chain === '' && settings.verify !== 'read-back'
      ? await target
          .draftFrom?.({ storage: source, path, expected: version }, at, {
            ...options,
            remember: filling.segments.remember,
          })
          .catch(letGo)
      : undefined;
  const { digest, segments } = filled ? filling : bookkeeping(stored?.segments);
  const draft = filled ?? (await target.draft(at, { ...options, onlyNew, remember: segments.remember }).catch(letGo));
  const keys = fileKeys(context, { pipelineId: transfer.pipelineId, path, token });
  await using sides = sideFiles(target, at, path, { name, ...kept }, keys);
  const sourceDigest = chain === '' || stored ? undefined : segmentDigest(settings.checkpointBytes);
  try {
    await segments.begin(draft);
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
      segments.look(draft, point);
      transfer.bytes.written += bytes;
      progress.bytes(bytes);
    }
    await segments.done();
    await sides.finish();
    const whole = digest.finish();
    const sha256 = whole.segments.length === 1 ? whole.segments[0] : undefined;
    const finished = await draft.finish({ sha256 });
    if (finished.size !== written) throw notAsWritten(context, at, `${finished.size} bytes of ${written} arrived`);
    const unkeyed: PublishIntent = {
      stage: 'publishing',
      draft: name,
      mark: stored?.mark ?? attempt.mark,
      at,
      ticket: segments.ticket,
      version,
      chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      digest: filled ? await toldDigest(context, claim, at, name) : whole,
      sourceDigest: sourceDigest?.finish(),
      asides: sides.suffixes(),
      onlyNew,
    };
    const readsBack = settings.verify === 'read-back';
    const { readsDrafts } = target.capabilities;
    if (readsBack && readsDrafts) await readBack(context, at, unkeyed, name);
    const intent: PublishIntent = { ...unkeyed, keys: await keys.complete() };
    const takenAway = (await attempt.publish(intent, sides)) === 'taken-away';
    if (readsBack && !readsDrafts && !takenAway) await readBack(context, at, intent, undefined);
    addCounts(transfer.transformCounts, sides.counted());
    const published = takenAway ? { ...intent, digest: { ...intent.digest, takenAway } } : intent;
    return { published, takenAway, counts: sides.counts() };
  } catch (error) {
    if (asSyncError(error).reason === 'no-resume') transfer.bytes.resumed -= stored?.offset ?? 0;
    await segments.done().catch(() => undefined); // the first error is the one to tell
    await attempt.close(draft, sides, error);
    throw error;
  }
}

/** As far as anybody wants it. Of changed content the source's words are no longer true, but for what its owner says of the file. */
async function descriptionOf(
  { source, target }: Context,
  { path, chain }: Claim,
): Promise<FileDescription | undefined> {
  const found = target.describe || source.describesTimes ? await source.describe?.(path) : undefined;
  if (!found || chain === '') return found;
  const { cacheControl, metadata } = found.content;
  return { ...found, content: { cacheControl, metadata } };
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
