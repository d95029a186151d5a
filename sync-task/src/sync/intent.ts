/**
 * What is written down about an attempt at a file, so that after a crash the state and one look at the target tell how to
 * go on: how much of a draft is stored, or that it is complete and about to be published.
 */
import type { ContentDigest, FileVersion } from '../model.ts';
import type { SavedTransforms } from '../transform/changed-file.ts';

interface Attempt {
  /** The draft's name. */
  readonly draft: string;
  /** What the target needs to find the draft again, where its name is not enough. */
  readonly ticket?: string | undefined;
  /** The source's version it is made from, and by which transforms. */
  readonly version: FileVersion;
  readonly chain: string;
}

/** Some segments are stored at the target; the rest is still to come. */
export interface WritingIntent extends Attempt {
  readonly stage: 'writing';
  /** The fencing token of who wrote this down. */
  readonly token: number;
  /** Stored bytes: whole segments. */
  readonly offset: number;
  /** SHA-256 of each of them. */
  readonly digest: ContentDigest;
  /** Only where transforms make the bytes. */
  readonly transforms?: SavedTransforms;
}

/** The draft is complete; whether it is published, a look at the target tells. */
export interface PublishIntent extends Attempt {
  readonly stage: 'publishing';
  readonly targetSize: number;
  /** As the target reported it for the draft. */
  readonly targetMtimeMs: number;
  readonly mtimeKept: boolean;
  readonly digest: ContentDigest;
  /** Of what was read, where transforms changed it and all of it was read in one go. */
  readonly sourceDigest?: ContentDigest | undefined;
  /** Of the files that go beside it, what their names end in. */
  readonly asides?: readonly string[];
  /** The holder of the keys of its rows. */
  readonly keys?: number | undefined;
}

/** Whether anything is stored that can be gone on with; of transformed files, only where their state is saved too. */
export function worthGoingOn({ chain, transforms, offset, ticket }: WritingIntent): boolean {
  return chain === '' ? offset > 0 || ticket !== undefined : transforms !== undefined;
}

export type Intent = WritingIntent | PublishIntent;

/** What finds a draft again, where this is about it. */
export function ticketOf(intent: Intent | undefined, draft: string): string | undefined {
  return intent?.draft === draft ? intent.ticket : undefined;
}

/** From the state's JSON; undefined where there is none. */
export function readIntent(json: unknown): Intent | undefined {
  return json === null || json === undefined ? undefined : (json as Intent);
}
