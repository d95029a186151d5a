/**
 * What is written down about an attempt at a file, so that after a crash the state and one look at the target tell what to
 * do next (`recovery.ts`): how much of a draft is stored, that it is complete and about to be published, or that it is to be
 * removed.
 */
import type { ContentDigest, FileVersion } from '../../base/model.ts';
import type { SavedTransforms } from '../../transform/chain/changed-file.ts';

interface IntentOfDraft {
  /** The draft's name. */
  readonly draft: string;
  /** What the target needs to find the draft again, where its name is not enough. */
  readonly ticket?: string | undefined;
  /**
   * The name under which the target began the draft, where a later attempt took it over: object stores keep it with the
   * object, and it proves who published that.
   */
  readonly mark?: string | undefined;
  /** The file's path at the target. Undefined in the records of older versions: there the chain tells it. */
  readonly at?: string | undefined;
  /** What the names of its side files end in. */
  readonly asides?: readonly string[];
  /** The source's version it is made from, and by which transforms. */
  readonly version: FileVersion;
  readonly chain: string;
  /**
   * What stands at the target was published by an attempt that was never recorded, and this one replaces it: it is ours, though the
   * checkpoint does not say so.
   */
  readonly unrecorded?: boolean;
}

/** Some segments are stored at the target; the rest is still to come. */
export interface WritingIntent extends IntentOfDraft {
  readonly stage: 'writing';
  /** The fencing token of the claim that saved it. */
  readonly token: number;
  /** Stored bytes: whole segments. */
  readonly offset: number;
  /** SHA-256 of each of them. */
  readonly digest: ContentDigest;
  /** Only where transforms make the bytes. */
  readonly transforms?: SavedTransforms;
}

/** The draft is complete; whether it is published, a look at the target tells. */
export interface PublishIntent extends IntentOfDraft {
  readonly stage: 'publishing';
  readonly targetSize: number;
  /** As the target reported it for the draft. */
  readonly targetMtimeMs: number;
  readonly mtimeKept: boolean;
  readonly digest: ContentDigest;
  /** Of the source's bytes, where transforms changed them and one attempt read them all. */
  readonly sourceDigest?: ContentDigest | undefined;
  /** The holder of the keys of its rows. */
  readonly keys?: number | undefined;
  /** Nothing that stands at the target may be replaced by it. */
  readonly onlyNew?: boolean;
}

/** The draft is about to be removed, and is not resumed. */
export interface DiscardingIntent extends IntentOfDraft {
  readonly stage: 'discarding';
}

export type Intent = WritingIntent | PublishIntent | DiscardingIntent;

/** Whether a later attempt can build on what is stored; of transformed files, only where their state is saved too. */
export function worthResuming({ chain, transforms, offset, ticket }: WritingIntent): boolean {
  // Parts of an upload count even before a whole segment does.
  return chain === '' ? offset > 0 || ticket !== undefined : transforms !== undefined;
}

/** The ticket of that draft, where the intent is about it. */
export function ticketOf(intent: Intent | undefined, draft: string): string | undefined {
  return intent?.draft === draft ? intent.ticket : undefined;
}

/** From the state's JSON; undefined where there is none. */
export function readIntent(json: unknown): Intent | undefined {
  return json === null || json === undefined ? undefined : (json as Intent);
}
