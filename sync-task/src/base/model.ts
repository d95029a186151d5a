/**
 * The types that everything else uses. No imports, no behaviour.
 *
 * Paths are relative to the root of their location, use `/`, never start or end with one, and hold no `.`, `..` or
 * empty part. Sizes are bytes; times are milliseconds since 1970-01-01 UTC, in whole seconds if the protocol has no more.
 */

/** What tells one version of a source file from the next. */
export interface FileVersion {
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * One entry of a listing. `refused`: its name cannot be represented, and `path` is only for display. `unreadable`: a file or a
 * folder that could not be read; nobody knows what such a folder holds.
 */
export interface ListedEntry extends FileVersion {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'special' | 'refused' | 'unreadable';
  /** The server sends no time: `mtimeMs` is 0, and only the content tells two versions of one size apart. */
  readonly timeUnknown?: boolean;
  /** Why a `refused` entry is refused, for people. */
  readonly reason?: string;
  /** Why an `unreadable` entry could not be read. */
  readonly failure?: ListingFailure;
}

export interface ListingFailure {
  readonly kind: 'permanent' | 'transient' | 'permission';
  /** A stable word. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** SHA-256 of every segment, in lower-case hex. A single one is the digest of the whole file. */
export interface ContentDigest {
  /** Bytes per segment; the last one is shorter. */
  readonly segmentBytes: number;
  readonly segments: readonly string[];
  /** The published file was gone when it was checked right afterwards: nobody can compare it again. */
  readonly takenAway?: true;
}

/** Consecutive bytes in one or more pieces, not joined, so that nothing is copied on the way. No piece is empty. */
export type Chunk = readonly Uint8Array[];

/** What became of one planned file. */
export type Outcome = 'copied' | 'adopted' | 'unchanged' | 'deferred' | 'refused' | 'failed';

export type EntryStatus = 'planned' | Outcome | 'skipped';

export type RunStatus = 'planning' | 'planned' | 'done' | 'partial' | 'failed' | 'refused' | 'stopped';

/** A range of entry numbers, both ends included. */
export interface BatchRange {
  readonly number: number;
  readonly firstEntry: number;
  readonly lastEntry: number;
  readonly files: number;
  readonly bytes: number;
}
