/**
 * The draft that a copy writes: copied by the target itself, resumed behind what an earlier attempt stored, or begun. With it goes what
 * keeps account of it: the digest, and the saver of segments, which must stand before the draft does, because some drafts can be found
 * again only by what is written down before their first byte.
 */
import type { Draft, DraftOptions, FileDescription } from '../../storage/storage.ts';
import type { Context } from '../context.ts';
import type { Attempt } from './attempt.ts';
import type { Stored } from './remains.ts';
import { type SegmentDigest, segmentDigest } from './segment-digest.ts';
import { type SegmentSaver, segmentSaver } from './segment-saver.ts';

export interface OpenDraft {
  readonly draft: Draft;
  readonly digest: SegmentDigest;
  readonly segments: SegmentSaver;
  /** The target copied the source's bytes by itself: nothing is to be written. */
  readonly isFilled: boolean;
}

export interface OpenDraftOptions {
  /** What an earlier attempt stored, to resume. */
  readonly stored: Stored | undefined;
  /** Of the object that is published from the draft. */
  readonly mark: string;
  /** Nothing that stands at the target may be replaced. */
  readonly onlyNew: boolean;
  readonly description: FileDescription | undefined;
}

/** What the drafts of a file and of its side files have in common. */
export function sharedOptions(
  { settings, signal }: Context,
  attempt: Attempt,
  description: FileDescription | undefined,
) {
  return {
    mtimeMs: description?.keptMtimeMs ?? attempt.version.mtimeMs,
    fsync: settings.fsync,
    signal,
    mayWrite: attempt.mayWrite,
    touches: attempt.touches,
  };
}

/** After an error a draft stands only where a later attempt finds it. */
export async function openDraft(
  context: Context,
  attempt: Attempt,
  { stored, mark, onlyNew, description }: OpenDraftOptions,
): Promise<OpenDraft> {
  const { settings, source, target, progress, log } = context;
  const { path, targetPath, version } = attempt;
  const { chain } = attempt.claim;
  const options: DraftOptions = {
    name: attempt.name,
    mark,
    resume: stored && { draft: stored.draft, offset: stored.offset, ticket: stored.ticket },
    onCopied: (bytes) => progress.bytes(bytes),
    expectedBytes: chain === '' ? version.size : undefined,
    likelyBytes: version.size,
    segmentBytes: settings.checkpointBytes,
    description: description?.content,
    ...sharedOptions(context, attempt, description),
  };
  const accounts = (before: readonly string[]) => {
    const digest = segmentDigest(settings.checkpointBytes, before);
    const onSaved = (offset: number) => log.debug(`${offset} bytes are stored and written down`, { path });
    const { checkpointBytes } = settings;
    return { digest, segments: segmentSaver(attempt, { checkpointBytes, digest, stored, mark, onSaved }) };
  };
  const letGo = async (error: unknown): Promise<never> => {
    await attempt.letGo(error);
    throw error;
  };
  await attempt.mayWrite();
  attempt.begins();
  // Bytes that are neither changed nor looked at on the way need not come here where the two storages can copy among themselves.
  if (target.draftFrom && chain === '' && settings.verify !== 'read-back') {
    const { digest, segments } = accounts([]);
    const { remember } = segments;
    const filled = await target
      .draftFrom({ storage: source, path, expected: version }, targetPath, { ...options, remember })
      .catch(letGo);
    if (filled) return { draft: filled, digest, segments, isFilled: true };
  }
  const { digest, segments } = accounts(stored?.segments ?? []);
  const { remember } = segments;
  const draft = await target.draft(targetPath, { ...options, onlyNew, remember }).catch(letGo);
  return { draft, digest, segments, isFilled: false };
}
