/** What a storage offers. The engine asks these, and never which storage it has. */

/** Found out when the storage was opened, and recorded with every run. A getter may learn more later. */
export interface StorageCapabilities {
  /** Publishing replaces an old file in one atomic step. Without it the old one is moved to a back-up first: `check` warns. */
  readonly atomicReplace: boolean;
  /** Written bytes can be forced to disk. Without it `check` warns of files that a power loss takes. */
  readonly fsync: boolean;
  /** Modification times can be set. Without it files carry the time of the copy: `check` warns, and `verify` can't compare times. */
  readonly setMtime: boolean;
  /** Bytes of a full read request. The contract suite reads files that end around its multiples. */
  readonly maxReadBytes: number;
  /**
   * The finest step of a modification time, in milliseconds: 1000 where times are whole seconds. Times of two storages are
   * compared in the coarser step of both, and a run waits until the newest listed file is two steps old.
   */
  readonly mtimeStepMs: number;
  /** A finished draft can be read before it is published. Without it `--verify read-back` reads the published file. */
  readonly readsDrafts: boolean;
  /**
   * Drafts of one path don't know of each other, and `recover` removes one. Without it publishing drops all other drafts of
   * the path, `recover` has nothing to remove, and the service forgets unpublished drafts after a while.
   */
  readonly draftsApart: boolean;
  /**
   * Whether `onlyNew` holds at the instant of publishing, or the storage looks right before it and replaces a file that comes
   * between. Changes to `looked-at` when the server turns out to offer less than it announced.
   */
  readonly publishesNew: 'atomic' | 'looked-at';
  /**
   * How many files in flight at once pay here: more where the round trip is long, fewer where the server allows few handles.
   * A run takes the larger one of both sides, unless `--files` is set.
   */
  readonly filesAtOnce: number;
  /** Files are written under their final names: a draft is the file itself, and publishing does nothing. Set by `around/in-place.ts`. */
  readonly inPlace?: true;
  /** What is promised less than elsewhere, because the user asked for it; a clause each, shown with every result. */
  readonly weakened?: readonly string[];
  /**
   * The server itself hashes files (`hashSegments`). `verify --checksum` then downloads nothing, and a copy inside the server
   * gets its digest from there.
   */
  readonly hashesFiles?: boolean;
}

/** One thing that a storage may or may not offer, in words for the table of `check`. */
export interface Feature {
  readonly name: string;
  /** Undefined: not known. */
  readonly offered: boolean | undefined;
  /** What is known beyond yes and no. */
  readonly detail?: string;
  /** What it costs that it is missing. */
  readonly cost?: string;
  /** A missing one weakens what is promised: worth a warning. */
  readonly matters?: boolean;
}
