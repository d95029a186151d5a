/** Writes down what is stored of a file while the rest is under way, so that a later attempt can resume behind it. */
import type { Draft } from '../../storage/storage.ts';
import type { ResumePoint, SavedTransforms } from '../../transform/chain/changed-file.ts';
import type { Attempt } from './attempt.ts';
import type { WritingIntent } from './intent.ts';
import type { Stored } from './remains.ts';
import type { SegmentDigest } from './segment-digest.ts';

/** Saves each segment that the target has stored, one at a time, while the transfer goes on. Made before the draft, then attached to it. */
export interface SegmentSaver {
  /** What the target needs to find the draft again; undefined where its name is enough. */
  readonly ticket: string | undefined;
  /** Called by a draft that its name does not find, before anything of it is stored. */
  remember(ticket: string): Promise<void>;
  /**
   * Before the first byte: what an earlier attempt wrote down must not be taken to be about this draft, and side files are found only
   * by what is written down.
   */
  attach(draft: Draft): Promise<void>;
  /** After each chunk, with the point that lies in it. Throws where an earlier segment could not be saved. */
  look(point: ResumePoint | undefined): void;
  /** Resolves when nothing is being saved: what is saved later must not come before it. Throws where a segment could not be saved. */
  done(): Promise<void>;
}

interface Border {
  readonly segments: number;
  readonly transforms?: SavedTransforms | undefined;
}

interface Saving {
  readonly checkpointBytes: number;
  /** Of what is written, the segments of `stored` included where it is resumed. */
  readonly digest: SegmentDigest;
  readonly stored: Stored | undefined;
  readonly mark: string;
  /** `offset` bytes are stored and written down. */
  onSaved(offset: number): void;
}

export function segmentSaver(
  attempt: Attempt,
  { checkpointBytes, digest, stored, mark, onSaved }: Saving,
): SegmentSaver {
  const { name, targetPath, version, sideSuffixes } = attempt;
  const { chain, token } = attempt.claim;
  const first: Border = { segments: digest.whole.segments.length, transforms: stored?.transforms };
  let draft: Draft | undefined;
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
      draft: name,
      mark,
      at: targetPath,
      asides: sideSuffixes,
      version,
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

  async function saveStored(stands: Draft, border: Border): Promise<void> {
    await stands.flush();
    ticket = stands.ticket ?? ticket;
    await save(border);
  }

  return {
    get ticket() {
      return ticket;
    },
    async remember(given) {
      ticket = given;
      await save(first);
    },
    async attach(opened) {
      draft = opened;
      if (attempt.intent !== undefined || sideSuffixes.length > 0) await saveStored(opened, first);
    },
    look(point) {
      if (point) points.push(point);
      if (failure) throw failure.error;
      if (saving || !draft || draft.storedBytes < (saved + 1) * checkpointBytes) return;
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
    async done() {
      await saving;
      if (failure) throw failure.error;
    },
  };
}

/** Takes away all points within so many segments. */
function lastReached(points: ResumePoint[], segments: number): ResumePoint | undefined {
  return points.splice(0, points.filter((point) => point.segments <= segments).length).at(-1);
}
