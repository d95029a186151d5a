/**
 * The contract of a storage: the code behind a scheme (`sftp:`, `file:`, `s3:` …), for source and target alike. This file,
 * `draft.ts` and `capabilities.ts` say all that a new one has to know; docs/guides/new-storage.md walks through one, and
 * `test/contract/storage.ts` proves that it keeps the contract.
 *
 * **Object.** A storage is a plain object with its own properties and no `this`: the decorators in `around/` spread it, and
 * what a class has on its prototype would be lost. They also read a getter once; only `features` may be one. What else
 * changes belongs in `capabilities`.
 *
 * **Paths** are relative to the root, as `base/model.ts` defines them, and come from servers that nobody controls. Every
 * method refuses what is unsafe (`checkPath`, or `keyOf` of `objects/keys.ts`). Links below the root never lead out of it.
 *
 * **Errors** are a `SyncError` whose `kind` says how to react. Signals end waiting, not atomic steps; the method throws the
 * signal's reason.
 *
 * **Retries.** `around/retry.ts` repeats `stat`, `statDraft`, `recover`, `publishedBy` and `clockSkew` after `transient`
 * errors, and resumes `read` at its last byte. Drafts and `publish` are not repeated there: the engine looks at what became
 * of them and begins the file again. A storage adds no tries around these; its client may repeat a single request that got no
 * answer, or a busy one (the SDK of S3 sends it five times at most, that of Azure and `gcs-api.ts` four times).
 */
import type { Chunk, FileVersion, ListedEntry } from '../base/model.ts';
import type { Feature, StorageCapabilities } from './capabilities.ts';
import type { Draft, DraftOptions, FileDescription, PublishOptions } from './draft.ts';

export type * from './capabilities.ts';
export type * from './draft.ts';

export interface ListOptions {
  /** List only below this folder. Empty: everything. */
  readonly prefix: string;
  readonly signal: AbortSignal;
}

export interface ReadOptions {
  /** The version that was listed. Any other one throws `changed`, at the end of the read at the latest. */
  readonly expected: FileVersion;
  /** First byte to read. */
  readonly start: number;
  /** Read the finished draft of this name instead of the published file; `expected.mtimeMs` is not compared then. */
  readonly draft?: string;
  /** The reader needs a chunk's bytes only until it asks for the next one: a storage may then use their memory again. */
  readonly borrow?: boolean;
  readonly signal: AbortSignal;
}

export interface HashOptions {
  readonly size: number;
  readonly segmentBytes: number;
  /** Hash the finished draft of this name instead of the published file. */
  readonly draft?: string;
  readonly signal: AbortSignal;
}

/** What stands at a path. */
export interface StoredFile extends FileVersion {
  readonly kind: 'file' | 'folder' | 'link' | 'special';
}

export interface Storage extends AsyncDisposable {
  /** For messages: the URL, without any secret. */
  readonly label: string;
  readonly capabilities: StorageCapabilities;
  /** What else there is to say of it for `check`, as far as it is known by now. */
  readonly features?: readonly Feature[] | undefined;

  /**
   * All files below the root, in pages, in any order. Never follows links. Leaves out this program's own drafts and back-ups
   * (`isOwnName`). Folders are no entries: one is walked into, and an empty one leaves no trace. What can't be looked at is
   * an `unreadable` entry and stops nothing; a name that can be no path is a `refused` one.
   *
   * A root that does not stand throws `not-found` where the storage has folders. A bucket knows no missing prefix and lists
   * nothing. A missing `prefix` lists nothing everywhere.
   */
  list(options: ListOptions): AsyncIterable<readonly ListedEntry[]>;

  /** What stands at the path, links not followed; `undefined` where nothing does, also where a folder above is missing. */
  stat(path: string): Promise<StoredFile | undefined>;

  /** What it says of a file beside its bytes, in one request. A target that has it keeps what a draft is given of the kind. */
  describe?(path: string): Promise<FileDescription | undefined>;
  /** Its listing tells when a file was uploaded; the time that the file had before stands in its description. */
  readonly describesTimes?: true;

  /** The file's rights (`rwxrwxrwx` as bits), where the storage has any and tells them. For `check` only. */
  rights?(path: string): Promise<number | undefined>;

  /** The file's bytes from `start`, in order. Throws `changed` unless they are exactly those of the expected version. */
  read(path: string, options: ReadOptions): AsyncIterable<Chunk>;

  /**
   * Only with `hashesFiles`: SHA-256 of the file's segments as the server finds them, lower-case hex, from the first on.
   * Fewer than all where the server gives no more: the rest is read.
   */
  readonly hashSegments?: (path: string, options: HashOptions) => Promise<readonly string[]>;

  /** Only where files can be written under their final names too; `around/in-place.ts` makes `--publish in-place` of it. */
  readonly inPlace?: InPlace;

  /** Starts a draft for this path, and makes the folders above it. Throws `draft-exists` where one of that name stands. */
  draft(path: string, options: DraftOptions): Promise<Draft>;

  /** A sign by which another storage of the same service knows this one in `draftFrom` (`copy-offers.ts`). */
  readonly copyOffer?: object;

  /**
   * A draft that the service fills by itself from another of its storages, so that no byte comes here: nothing is written
   * to it. Its version and time are those of the copy, or it fails. `undefined` where these two can't do that.
   */
  draftFrom?(origin: CopyOrigin, path: string, options: DraftOptions): Promise<Draft | undefined>;

  /**
   * The draft of that name with its stored bytes, where it still stands; a crash may have come between. One that can't
   * resume may find drafts of this process only, or none.
   */
  statDraft(path: string, name: string, ticket?: string): Promise<FileVersion | undefined>;

  /**
   * Makes the finished draft the file at `path`, with the modification time that `finish` reported. A reader sees the old
   * file or the new one. No old file is lost: without `atomicReplace` it is moved to a back-up (`backupName`), and moved
   * back when publishing fails. Throws `draft-missing` (transient) where the draft is gone.
   *
   * A draft that was begun over one version does not replace another one, where the service has conditions for that: so a
   * worker that was frozen past its lease replaces nothing. It throws `target-changed` (transient).
   */
  publish(path: string, name: string, options?: PublishOptions): Promise<void>;

  /**
   * The mark of the draft that the file at the path was published from; `undefined` where none is kept with it. Left out
   * where files have no room for that beside their content: after a crash size, time and content decide then.
   */
  publishedBy?(path: string, signal?: AbortSignal): Promise<string | undefined>;

  /** Removes the draft and restores a back-up of that name, where a crash left them. Returns whether anything was there. */
  recover(path: string, name: string, ticket?: string): Promise<boolean>;

  /**
   * How many milliseconds this storage's clock is ahead of ours, found out without writing; `undefined` where nothing
   * tells. Whole seconds at best.
   */
  clockSkew(signal: AbortSignal): Promise<number | undefined>;

  /** Where its root really lies; only where its URL does not say that. */
  whereabouts?(): Promise<Whereabouts>;

  /** Proves with a hidden file that files can be written, renamed and removed here; returns what it learned. */
  probe(signal: AbortSignal): Promise<StorageProbe>;
}

/** Files written under their final names, beside drafts. */
export interface InPlace {
  /** Starts the file anew, in place of what stands there; never through a link, or over what is no regular file. */
  draft(path: string, options: DraftOptions): Promise<Draft>;
  /** Once it is whole and closed. */
  settle(path: string): Promise<void>;
  /** Removes a file of our own, of a probe. */
  remove(path: string): Promise<void>;
  freeBytes(): Promise<number | undefined>;
}

/** Where a root really lies: tells whether another root is the same folder, or lies in it. */
export interface Whereabouts {
  /** Whose folder it is: '' for this machine, else a server's host key. */
  readonly server: string;
  /** Absolute, with links resolved as far as it stands. */
  readonly root: string;
  /** An id of the root's folder, the one above it, and so on; undefined for each that does not stand. Empty where nothing has ids. */
  readonly folders: readonly (string | undefined)[];
}

/** A file of another storage. */
export interface CopyOrigin {
  readonly storage: Storage;
  readonly path: string;
  readonly expected: FileVersion;
}

export interface StorageProbe {
  /** How many milliseconds this storage's clock is ahead of ours, where it could be told. */
  readonly clockSkewMs: number | undefined;
  readonly freeBytes: number | undefined;
  /** Whether a file kept the time it was given. */
  readonly mtimeKept?: boolean;
  /** The rights of a new file, where the storage has any and tells them. */
  readonly newFileRights?: number | undefined;
  /** What else was found out. */
  readonly features?: readonly Feature[];
  /** What a user should know besides, one sentence each. */
  readonly notes: readonly string[];
}
