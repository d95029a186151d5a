/** Writes down what is stored of a file while the rest is under way, so that a later attempt can resume behind it. */
import type { Draft } from '../../storage/storage.ts';
import type { ResumePoint, SavedTransforms } from '../../transform/chain/changed-file.ts';
import type { Attempt } from './attempt.ts';
import type { WritingIntent } from './intent.ts';
import type { Stored } from './remains.ts';
import type { SegmentDigest } from './segment-digest.ts';

interface Border {
  readonly segments: number;
  readonly transforms?: SavedTransforms | undefined;
}

interface Writing {
  readonly checkpointBytes: number;
  readonly digest: SegmentDigest;
  readonly stored: Stored | undefined;
  readonly asides: readonly string[];
  onSaved(offset: number): void;
}

/** Saves each segment that the target has stored, one at a time, while the transfer goes on. */
export function segmentSaver(attempt: Attempt, { checkpointBytes, digest, stored, asides, onSaved }: Writing) {
  const { size, mtimeMs, chain, token } = attempt.claim;
  const first: Border = { segments: digest.whole.segments.length, transforms: stored?.transforms };
  let saved = first.segments;
  let ticket = stored?.ticket;
  let saving: Promise<void> | undefined;
  /** Of transformed files: made, and not yet stored. */
  const points: ResumePoint[] = [];
  let failure: { readonly error: unknown } | undefined;

  async function save({ segments, transforms }: Border): Promise<void> {
    const { segmentBytes, segments: digests } = digest.whole;
    const intent: WritingIntent = {
      stage: 'writing',
      token,
      draft: attempt.name,
      mark: stored?.mark ?? attempt.mark,
      at: attempt.at,
      asides,
      version: { size, mtimeMs },
      chain,
      offset: segments * segmentBytes,
      digest: { segmentBytes, segments: digests.slice(0, segments) },
      ...(ticket !== undefined && { ticket }),
      ...(transforms && { transforms }),
    };
    await attempt.save(intent);
    saved = segments;
    onSaved(intent.offset);
  }

  async function saveStored(draft: Draft, border: Border): Promise<void> {
    await draft.flush();
    ticket = draft.ticket ?? ticket;
    await save(border);
  }

  return {
    get ticket() {
      return ticket;
    },
    /** Before anything is stored under a draft that its name does not find. */
    async remember(given: string): Promise<void> {
      ticket = given;
      await save(first);
    },
    /**
     * Before the first byte: what an earlier attempt wrote down must not be taken to be about this draft, and files beside
     * it are found by what is written down alone.
     */
    async begin(draft: Draft): Promise<void> {
      if (attempt.intent !== undefined || asides.length > 0) await saveStored(draft, first);
    },
    /** Behind each chunk, with the point that lies in it. Throws where an earlier segment could not be saved. */
    look(draft: Draft, point: ResumePoint | undefined): void {
      if (point) points.push(point);
      if (failure) throw failure.error;
      if (saving || draft.storedBytes < (saved + 1) * checkpointBytes) return;
      const segments = Math.min(digest.whole.segments.length, Math.floor(draft.storedBytes / checkpointBytes));
      const reached = chain === '' ? { segments } : lastReached(points, segments);
      if (reached === undefined) return;
      saving = saveStored(draft, reached)
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

/** Takes away all points within so many segments. */
function lastReached(points: ResumePoint[], segments: number): ResumePoint | undefined {
  return points.splice(0, points.filter((point) => point.segments <= segments).length).at(-1);
}
