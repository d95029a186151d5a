/**
 * Copies one file: read → transform → hidden draft → size and digest checked → intent saved → publish.
 *
 * On the way each whole segment is written down once the target has acknowledged it, while the next ones are under way. A
 * later attempt resumes behind the last one: the bytes before it are those of the same version of the source. Whoever wrote
 * them has lost its lease by then, and writes nothing that was not on its way already (`lease.ts`).
 */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { addCounts } from '../result/transform-counts.ts';
import type { Attempt } from './attempt.ts';
import { fileKeys } from './file-keys.ts';
import type { PublishIntent } from './intent.ts';
import { openDraft, sharedOptions } from './open-draft.ts';
import { readBack } from './read-back.ts';
import type { Stored } from './remains.ts';
import { segmentDigest } from './segment-digest.ts';
import { serverDigest } from './server-digest.ts';
import { sideFiles } from './side-file.ts';
import { sourceContent, sourceDescription } from './source-content.ts';
import type { Transfer } from './transfer.ts';

export interface Copied {
  readonly published: PublishIntent;
  /** In place: the file was gone when it was looked at right after publishing. */
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
  const { context, bytes } = transfer;
  const { settings, target, progress } = context;
  const { path, targetPath, version, name, claim } = attempt;
  const { chain, token } = claim;
  const mark = stored?.mark ?? attempt.mark;
  const description = await sourceDescription(context, attempt);
  const opened = await openDraft(context, attempt, { stored, mark, onlyNew, description });
  const { draft, digest, segments, isFilled } = opened;
  const keys = fileKeys(context, { pipelineId: transfer.pipelineId, path, token });
  const sideOptions = { name, ...sharedOptions(context, attempt, description) };
  await using sides = sideFiles(target, targetPath, path, sideOptions, keys);
  const sourceDigest = chain === '' || stored ? undefined : segmentDigest(settings.checkpointBytes);
  try {
    await segments.attach(draft);
    let written = isFilled ? version.size : (stored?.offset ?? 0);
    if (!isFilled) {
      bytes.resumed += written;
      progress.bytes(written);
      const reading = { takesAtOnce: draft.takesAtOnce, stored, sourceDigest, file: sides.file };
      for await (const { chunk, point } of sourceContent(transfer, attempt, reading)) {
        digest.update(chunk);
        const length = chunk.reduce((sum, piece) => sum + piece.length, 0);
        written += length;
        await draft.write(chunk);
        segments.look(point);
        bytes.written += length;
        progress.bytes(length);
      }
    }
    await segments.done();
    await sides.finish();
    const whole = digest.finish();
    const sha256 = whole.segments.length === 1 ? whole.segments[0] : undefined;
    const finished = await draft.finish({ sha256 });
    if (finished.size !== written)
      throw notAsWritten(context, targetPath, `${finished.size} bytes of ${written} arrived`);
    const unkeyed: PublishIntent = {
      stage: 'publishing',
      draft: name,
      mark,
      at: targetPath,
      ticket: segments.ticket,
      version,
      chain,
      targetSize: written,
      targetMtimeMs: finished.mtimeMs,
      mtimeKept: finished.mtimeKept,
      digest: isFilled ? await serverDigest(context, attempt) : whole,
      sourceDigest: sourceDigest?.finish(),
      asides: sides.suffixes(),
      onlyNew,
    };
    const readsBack = settings.verify === 'read-back';
    const { readsDrafts } = target.capabilities;
    if (readsBack && readsDrafts) await readBack(context, targetPath, unkeyed, 'draft');
    const intent: PublishIntent = { ...unkeyed, keys: await keys.complete() };
    const takenAway = (await attempt.publish(intent, sides)) === 'taken-away';
    if (readsBack && !readsDrafts && !takenAway) await readBack(context, targetPath, intent, 'published');
    addCounts(transfer.transformCounts, sides.counted());
    const published = takenAway ? { ...intent, digest: { ...intent.digest, takenAway } } : intent;
    return { published, takenAway, counts: sides.counts() };
  } catch (error) {
    if (asSyncError(error).reason === 'no-resume') bytes.resumed -= stored?.offset ?? 0;
    await segments.done().catch(() => undefined); // the first error is the one to report
    await attempt.close(draft, sides, error);
    throw error;
  }
}

function notAsWritten({ target }: Context, path: string, how: string): SyncError {
  return new SyncError(
    `${target.label}: ${JSON.stringify(path)} was not stored as written (${how}); nothing was published`,
    { kind: 'transient', reason: 'size-differs', path },
  );
}
