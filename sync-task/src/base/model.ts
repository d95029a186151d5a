/**
 * The words everything else is written in. No imports, no behaviour.
 *
 * Paths are relative to the root of their location, use `/`, never start or end with one, and hold no `.`, `..` or
 * empty part. Sizes are bytes, times are milliseconds since 1970-01-01 UTC (whole seconds where a protocol has no more).
 */

/** What tells one version of a source file from the next. */
export interface FileVersion {
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * One thing found in a listing. `refused` are names that cannot be represented: their `path` is for display alone. `unreadable`
 * is what could not be looked at: a folder, whose files nobody knows then, or a file.
 */
export interface ListedEntry extends FileVersion {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'special' | 'refused' | 'unreadable';
  /** The place tells no time: `mtimeMs` is 0, and only its content tells one version from another of the same size. */
  readonly timeUnknown?: boolean;
  /** Why a `refused` entry is refused, in words for the user. */
  readonly reason?: string;
  /** Of an `unreadable` one. */
  readonly failure?: ListingFailure;
}

export interface ListingFailure {
  readonly kind: 'permanent' | 'transient' | 'permission';
  /** A stable word. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** SHA-256 of every segment, lower-case hex. One segment means that it is the digest of the whole file. */
export interface ContentDigest {
  /** Bytes per segment; the last one is shorter. */
  readonly segmentBytes: number;
  readonly segments: readonly string[];
  /** Of what was published and was gone when it was looked at right behind that: nobody can compare it again. */
  readonly takenAway?: true;
}

/** A run of bytes in one or more pieces, not reassembled, so that nothing is copied on the way. Never empty pieces. */
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
