/** Writes down what is stored of a file while the rest is under way, so that a later attempt can go on behind it. */
import { SyncError } from '../errors.ts';
import type { Claim } from '../state/state.ts';
import type { Draft } from '../storage/storage.ts';
import type { ResumePoint, SavedTransforms } from '../transform/changed-file.ts';
import type { Stored, Transfer } from './copy.ts';
import type { Intent } from './intent.ts';
import type { SegmentDigest } from './segment-digest.ts';

interface Saved {
  readonly segments: number;
  readonly transforms?: SavedTransforms;
}

interface Writing {
  readonly draft: Draft;
  readonly name: string;
  readonly digest: SegmentDigest;
  readonly stored: Stored | undefined;
}

/** Saves each segment that the target has stored, one at a time, while the transfer goes on. */
export function segmentSaver(transfer: Transfer, claim: Claim, { draft, name, digest, stored }: Writing) {
  const { path, token, chain } = claim;
  const { checkpointBytes } = transfer.context.settings;
  let saved = digest.whole.segments.length;
  let ticket = stored?.ticket;
  let saving: Promise<void> | undefined;
  /** Of transformed files: made, and not yet stored. */
  const points: ResumePoint[] = [];
  let failure: { readonly error: unknown } | undefined;

  async function save({ segments, transforms }: Saved): Promise<void> {
    const { segmentBytes, segments: digests } = digest.whole;
    await draft.flush();
    ticket = draft.ticket ?? ticket;
    const intent: Intent = {
      stage: 'writing',
      token,
      draft: name,
      version: { size: claim.size, mtimeMs: claim.mtimeMs },
      chain,
      offset: segments * segmentBytes,
      digest: { segmentBytes, segments: digests.slice(0, segments) },
      ...(ticket !== undefined && { ticket }),
      ...(transforms && { transforms }),
    };
    if (!(await transfer.saveIntent({ path, token, intent }))) throw leaseLost(path);
    saved = segments;
    transfer.intents.set(path, intent);
    transfer.context.log.debug(`${intent.offset} bytes are stored and written down`, { path });
  }

  return {
    get ticket() {
      return ticket;
    },
    /** Before anything is stored under a draft that its name does not find. */
    async remember(given: string): Promise<void> {
      ticket = given;
      await save({ segments: saved, ...(stored?.transforms && { transforms: stored.transforms }) });
    },
    /** Before the first byte: what an earlier attempt wrote down must not be taken to be about this draft. */
    async begin(): Promise<void> {
      if (claim.intent === undefined) return;
      await save({ segments: saved, ...(stored?.transforms && { transforms: stored.transforms }) });
    },
    /** Behind each chunk, with the point that lies in it. Throws where an earlier segment could not be saved. */
    look(point: ResumePoint | undefined): void {
      if (point) points.push(point);
      if (failure) throw failure.error;
      if (saving || draft.storedBytes < (saved + 1) * checkpointBytes) return;
      const segments = Math.min(digest.whole.segments.length, Math.floor(draft.storedBytes / checkpointBytes));
      const reached = chain === '' ? { segments } : lastReached(points, segments);
      if (reached === undefined) return;
      saving = save(reached)
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

/** The claim is somebody else's now. */
export function leaseLost(path: string): SyncError {
  return new SyncError(
    `${JSON.stringify(path)} was taken over by another worker while this one was away; nothing was published here`,
    { kind: 'transient', reason: 'lease-lost', path },
  );
}
