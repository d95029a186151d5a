/**
 * What the engine needs of a place where files live. A backend is one implementation of this file; it must pass
 * `test/contract/storage.ts`. Differences between backends are declared in `capabilities`, never asked with `instanceof`.
 *
 * Every method throws `SyncError` with the reaction in its `kind`. `AbortSignal`s end waiting, not atomic steps.
 *
 * A file is written as a *draft* that no reader of the target sees under the final name, then *published* in one step.
 * On SFTP and in folders the draft is a hidden temp file in the same folder; an object store would use a multipart upload.
 */
import type { Chunk, FileVersion, ListedEntry } from '../base/model.ts';

/** What this place offers, found out when it was opened; recorded with every run. */
export interface StorageCapabilities {
  /** Publishing replaces an old file in one atomic step; without it the old one is backed up and restored on failure. */
  readonly atomicReplace: boolean;
  /** Written bytes can be forced to disk. */
  readonly fsync: boolean;
  /** Modification times can be set. */
  readonly setMtime: boolean;
  /** Largest read and write request in bytes. */
  readonly maxReadBytes: number;
  readonly maxWriteBytes: number;
  /** The finest step of a modification time, in milliseconds. */
  readonly mtimeStepMs: number;
  /** A finished draft can be read before it is published. */
  readonly readsDrafts: boolean;
  /**
   * Drafts of one path don't know of each other, and `recover` removes one. Without: publishing drops all others of the
   * path, `recover` has nothing to remove, and the place forgets by itself what is never published.
   */
  readonly draftsApart: boolean;
  /**
   * Whether `onlyNew` holds at the instant of publishing, or the place is looked at right before and a file that comes
   * between is replaced. What turns out to be less than announced changes it.
   */
  readonly publishesNew: 'atomic' | 'looked-at';
  /** How many files in flight at once pay here: more where the round trip is long, fewer where handles are short. */
  readonly filesAtOnce: number;
  /** Files are written under their final names: a draft is what stands there, and publishing does nothing. */
  readonly inPlace?: true;
  /** What is promised less than of other places, because the user wanted it so; a clause each. */
  readonly weakened?: readonly string[];
  /** The place itself hashes files (`hashSegments`), so that comparing them downloads nothing. */
  readonly hashesFiles?: boolean;
}

/** One thing that a place may or may not offer, in words for `check`. */
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

export interface ListOptions {
  /** List only below this folder. Empty: everything. */
  readonly prefix: string;
  readonly signal: AbortSignal;
}

export interface ReadOptions {
  /** The version the plan saw. Reading anything else throws kind `changed`, at the end at the latest. */
  readonly expected: FileVersion;
  /** First byte to read. */
  readonly start: number;
  /** Read the finished draft of this name instead of the published file; `expected.mtimeMs` is not compared then. */
  readonly draft?: string;
  /** The caller is done with a chunk's bytes when it asks for the next one: their memory may then be used again. */
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

/**
 * Asked right before anything leaves for the place: bytes, what ends a draft, every step of publishing. It throws when the
 * lease of whoever writes is over. Nothing that waits in a queue of ours leaves without having been asked for then.
 *
 * So a process that was frozen past its lease sends nothing more when it wakes but what it had handed to the system already:
 * at most one write of a file to a folder, or the requests that fit in a server's window. Those are bytes that were read
 * before it froze, and they go to where they belong, behind what was written down as stored. Whoever goes on with that draft
 * reads the same version of the source to its end, and writes the same bytes there: so what comes late changes no byte.
 */
export type MayWrite = () => void | Promise<void>;

export interface DraftOptions {
  /** Unique for one attempt at one file; safe in a file name. Two attempts never share one. */
  readonly name: string;
  /**
   * Kept with what is published, for `publishedBy`; the name where it is left out. What a draft is gone on with keeps the
   * mark that it was begun with.
   */
  readonly mark?: string | undefined;
  readonly mayWrite?: MayWrite | undefined;
  /** How many bytes will come, where known; only a hint for choosing buffers. */
  readonly expectedBytes?: number | undefined;
  /** About how many will come, where it is not known. */
  readonly likelyBytes?: number | undefined;
  /** It may be gone on with later behind a multiple of so many bytes: no part that is stored apart may straddle one. */
  readonly segmentBytes?: number | undefined;
  /** Go on with what an earlier attempt stored: its draft, and how many of its bytes count. It gets this draft's name. */
  readonly resume?:
    | { readonly draft: string; readonly offset: number; readonly ticket?: string | undefined }
    | undefined;
  /**
   * Where a draft can't be found again by its name: called on a write, before anything is stored, with what finds it. Whoever
   * comes after a crash gives it back as the `ticket`. The draft waits until it is written down.
   */
  remember?(ticket: string): Promise<void>;
  /** Bytes that the place has copied by itself (`draftFrom`), as it comes along. */
  onCopied?(bytes: number): void;
  /** What the source says of the content; kept where the place keeps such. */
  readonly description?: ContentDescription | undefined;
  /** Asked of a draft in place alone: nothing that stands at the path may be replaced. Throws `refused`, `exists`. */
  readonly onlyNew?: boolean | undefined;
  /**
   * In place alone: called before what stood at the path is lost, or, with `onlyNew`, once the empty file is made. The draft waits
   * until it is written down that the path is no more what it was.
   */
  touches?(): Promise<void>;
  /** Set on the finished file where the place can. */
  readonly mtimeMs: number;
  /** Force the bytes to disk before `finish` returns, where the place can. */
  readonly fsync: boolean;
  readonly signal: AbortSignal;
}

export interface PublishOptions {
  /** As the draft gave it, for who has not begun the draft himself. */
  readonly ticket?: string | undefined;
  /** That the draft was begun with, where it is not its name. */
  readonly mark?: string | undefined;
  /**
   * Nothing that stands at the path is replaced, nor moved aside for an instant: `refused`, `exists`. Where `publishesNew` is
   * `looked-at` a file may come between the look and the step.
   */
  readonly onlyNew?: boolean | undefined;
  readonly mayWrite?: MayWrite | undefined;
}

export interface FileDescription {
  readonly content: ContentDescription;
  /** With `describesTimes`: the modification time that was kept, where one was. */
  readonly keptMtimeMs?: number | undefined;
}

/** What an object store says of a file's content, and hands to whoever reads it; this program's own marks are no part of it. */
export interface ContentDescription {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** What its owner wrote beside it. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What is known of the content when all of it was written; places that keep such facts keep them with the file. */
export interface ContentFacts {
  /** Lower-case hex, of the whole file. */
  readonly sha256?: string | undefined;
}

/** A new version being written, invisible under its final name. */
export interface Draft {
  /** The bytes of a chunk are no longer looked at when `write` has resolved; else they are the draft's from then on. */
  readonly takesAtOnce: boolean;
  /** Accepts bytes; resolves when more may come (back-pressure), not when they are stored. */
  write(chunk: Chunk): Promise<void>;
  /** Bytes from the beginning that the place has acknowledged without a gap. */
  readonly storedBytes: number;
  /** What finds it again, and what it must know then, where its name is not enough; for whoever goes on. Another one with each border. */
  readonly ticket?: string | undefined;
  /** Forces what is acknowledged to disk where the draft was asked to. A later power loss takes none of it. */
  flush(): Promise<void>;
  /** Resolves when every byte is acknowledged, flushed and the size confirmed by the place itself. No publishing yet. */
  finish(facts?: ContentFacts): Promise<FinishedDraft>;
  /** Lets it stand for whoever resumes it, and closes it. Safe after any failure; does not throw. */
  leave(): Promise<void>;
  /** Removes what was written. Safe after any failure and after `finish`; does not throw for what is already gone. */
  discard(): Promise<void>;
}

export interface FinishedDraft {
  /** As the place reports it after the last byte. */
  readonly size: number;
  readonly mtimeMs: number;
  /** False where the place refused to set the modification time. */
  readonly mtimeKept: boolean;
}

/** What stands at a path. */
export interface StoredFile extends FileVersion {
  readonly kind: 'file' | 'folder' | 'link' | 'special';
}

export interface FreeSpace {
  readonly freeBytes: number;
}

/** Files written under their final names, where a place can do that beside drafts (`in-place.ts`). */
export interface InPlace {
  /** Starts the file anew, in place of what stands there; never through a link, or over what is no regular file. */
  draft(path: string, options: DraftOptions): Promise<Draft>;
  /** Once it is whole and closed. */
  settle(path: string): Promise<void>;
  /** A file of our own, of a probe. */
  remove(path: string): Promise<void>;
  freeBytes(): Promise<number | undefined>;
}

export interface Storage extends AsyncDisposable {
  /** For messages: the URL, without any secret. */
  readonly label: string;
  readonly capabilities: StorageCapabilities;
  /** What else there is to say of it, as far as it is known by now. */
  readonly features?: readonly Feature[] | undefined;

  /** Everything below the root, in pages, in no order. Never follows links; skips this program's own drafts and back-ups. */
  list(options: ListOptions): AsyncIterable<readonly ListedEntry[]>;

  /** What stands at the path, links not followed; `undefined` where nothing does. */
  stat(path: string): Promise<StoredFile | undefined>;

  /** What it says of a file beside its bytes, in one request; whoever has it keeps what a draft is given of the kind. */
  describe?(path: string): Promise<FileDescription | undefined>;
  /** Its listing tells when a file was uploaded; the time that it had where it came from stands in its description. */
  readonly describesTimes?: true;

  /** Its rights (`rwxrwxrwx` as bits), where the place has such and tells them. */
  rights?(path: string): Promise<number | undefined>;

  /** The file's bytes from `start`, in order. Throws `changed` when they are not exactly those of the expected version. */
  read(path: string, options: ReadOptions): AsyncIterable<Chunk>;

  /**
   * Only with `hashesFiles`: SHA-256 of the file's segments as the place itself finds them, lower-case hex, from the first on.
   * Fewer than all where the place does not give more: the rest is to be read.
   */
  readonly hashSegments?: (path: string, options: HashOptions) => Promise<readonly string[]>;

  readonly inPlace?: InPlace;

  /** Starts a draft for this path, making the folders above it. */
  draft(path: string, options: DraftOptions): Promise<Draft>;

  /** A sign by which another place of the same service knows this one in `draftFrom`; decorators hand it on. */
  readonly copyOffer?: object;

  /**
   * A draft that the place fills by itself from another one, so that no byte comes here: nothing is to be written to it. Then
   * `options.mtimeMs` and the version are what the copy has, or it fails. `undefined` where these two can't do that.
   */
  draftFrom?(origin: CopyOrigin, path: string, options: DraftOptions): Promise<Draft | undefined>;

  /** The draft of that name, where it still stands (a crash may have come between). */
  statDraft(path: string, name: string, ticket?: string): Promise<FileVersion | undefined>;

  /**
   * Makes the finished draft the file at `path`. A reader sees the old file or the new one. An old file is lost in no
   * case: where the place has no atomic replace it is moved to a back-up and moved back when publishing fails.
   */
  publish(path: string, name: string, options?: PublishOptions): Promise<void>;

  /**
   * The mark of the draft that the file at the path was published from; `undefined` where nothing of the kind is kept with
   * it. Only where files have room for that beside their content.
   */
  publishedBy?(path: string, signal?: AbortSignal): Promise<string | undefined>;

  /** Removes the draft and restores a back-up of that name, where a crash left them. Returns whether anything was there. */
  recover(path: string, name: string, ticket?: string): Promise<boolean>;

  /**
   * How many milliseconds this place's clock is ahead of ours, found out without writing anything; `undefined` where
   * nothing told. Whole seconds at best.
   */
  clockSkew(signal: AbortSignal): Promise<number | undefined>;

  /** Where its root really lies; only where that is not clear from its URL. */
  whereabouts?(): Promise<Whereabouts>;

  /** Proves that files can be written, renamed and removed here, with a hidden probe; returns what it learned. */
  probe(signal: AbortSignal): Promise<StorageProbe>;
}

/** Where a root really lies, for whoever asks whether another one lies there too. */
export interface Whereabouts {
  /** Whose folder it is: '' for this machine, else a server's host key. */
  readonly server: string;
  /** Absolute, with links resolved as far as it stands. */
  readonly root: string;
  /** What tells folders apart, of the root, the one above it, and so on; undefined for those that don't stand. Empty where nothing does. */
  readonly folders: readonly (string | undefined)[];
}

/** A file of another storage. */
export interface CopyOrigin {
  readonly storage: Storage;
  readonly path: string;
  readonly expected: FileVersion;
}

export interface StorageProbe {
  /** How far this place's clock is ahead of ours, where it could be told. */
  readonly clockSkewMs: number | undefined;
  readonly freeBytes: number | undefined;
  /** Whether a file kept the time it was given. */
  readonly mtimeKept?: boolean;
  /** The rights of a new file, where the place has such and tells them. */
  readonly newFileRights?: number | undefined;
  /** What else was found out. */
  readonly features?: readonly Feature[];
  /** What a user should know besides, one sentence each. */
  readonly notes: readonly string[];
}
