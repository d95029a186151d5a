/**
 * A file on its way to the target. A draft is invisible under the file's final name until it is published: a hidden file in
 * the same folder, a multipart upload, bytes in memory.
 *
 * Its life: `write` … `finish` → `Storage.publish`; or `leave`, so that a later attempt can resume it; or `discard`.
 */
import type { Chunk } from '../base/model.ts';

/**
 * Asked right before anything leaves for the storage: bytes, the end of a draft, every step of publishing, and each of them
 * again when it is sent again. Throws `lease-lost` when the writer's lease is over. What waits in a queue is asked for when
 * it leaves, not when it comes in.
 *
 * So a process that was frozen past its lease sends nothing more when it wakes, except what it had handed to the system
 * already: one write to a local file, or the requests that fit in a server's window. Those bytes were read before it froze
 * and go where they belong, behind what is recorded as stored. Whoever resumes that draft reads the same version of the
 * source and writes the same bytes there, so late ones change nothing.
 */
export type MayWrite = () => void | Promise<void>;

export interface DraftOptions {
  /** Unique for one attempt at one file, and safe in a file name (`draft-name.ts`). Two attempts never share one. */
  readonly name: string;
  /** Kept with the published file, for `publishedBy`; the name where left out. A resumed draft keeps the mark it was begun with. */
  readonly mark?: string | undefined;
  readonly mayWrite?: MayWrite | undefined;
  /** How many bytes will come. Left out where a transform makes them: then nobody knows before `finish`. A hint for buffers only. */
  readonly expectedBytes?: number | undefined;
  /** About how many will come, also where that is not known. */
  readonly likelyBytes?: number | undefined;
  /** A later attempt may resume behind a multiple of so many bytes: no part that is stored apart may straddle one. */
  readonly segmentBytes?: number | undefined;
  /**
   * Resume what an earlier attempt stored: take over its draft, give it this draft's name and go on behind `offset`. Bytes
   * behind it are written again. Given only for a draft that `statDraft` has just found with `offset` bytes or more; one
   * that is gone since throws `draft-missing` (transient). One that stands and can't be written to any more throws
   * `no-resume` (transient), and the next try begins at byte 0.
   */
  readonly resume?:
    | { readonly draft: string; readonly offset: number; readonly ticket?: string | undefined }
    | undefined;
  /**
   * For a draft that its name alone does not find. Call it with the ticket on a write, before anything is stored, and wait:
   * it resolves once the ticket is recorded. After a crash the ticket comes back in `resume`, `statDraft` and `recover`.
   */
  remember?(ticket: string): Promise<void>;
  /** Bytes that the service has copied by itself (`draftFrom`), as they come. */
  onCopied?(bytes: number): void;
  /** What the source says of the content; kept where the storage has a place for it. */
  readonly description?: ContentDescription | undefined;
  /** In place only: nothing that stands at the path may be replaced. Throws `refused`, `exists`. */
  readonly onlyNew?: boolean | undefined;
  /**
   * In place only: called before what stood at the path is lost or, with `onlyNew`, once the empty file is made. Resolves when
   * that change of the path is recorded; the draft waits for it.
   */
  touches?(): Promise<void>;
  /** Set on the finished file where the storage can. */
  readonly mtimeMs: number;
  /** Force the bytes to disk before `finish` returns, where the storage can. */
  readonly fsync: boolean;
  readonly signal: AbortSignal;
}

/** A new version being written, invisible under its final name. */
export interface Draft {
  /**
   * True: `write` no longer needs the bytes of a chunk once it has resolved, so a source may use their memory again
   * (`ReadOptions.borrow`). False: they belong to the draft from then on.
   */
  readonly takesAtOnce: boolean;
  /** Accepts bytes. Resolves when more may come (back-pressure), not when they are stored. */
  write(chunk: Chunk): Promise<void>;
  /** Bytes from the beginning that the storage has acknowledged without a gap. Stays 0 where a draft can't be resumed. */
  readonly storedBytes: number;
  /**
   * Opaque resume token, where the name alone does not find the draft; changes at every segment. Recorded with each one. It
   * may be a secret: it is never logged.
   */
  readonly ticket?: string | undefined;
  /** Forces acknowledged bytes to disk where the draft was asked to (`fsync`): a later power loss takes none of them. */
  flush(): Promise<void>;
  /** Resolves when every byte is acknowledged and flushed, and the storage itself has confirmed the size. Publishes nothing. */
  finish(facts?: ContentFacts): Promise<FinishedDraft>;
  /** Closes it and lets it stand for whoever resumes it. Safe after any failure; does not throw. */
  leave(): Promise<void>;
  /** Removes what was written. Safe after any failure and after `finish`; does not throw for what is already gone. */
  discard(): Promise<void>;
}

/** As the storage reports it after the last byte. */
export interface FinishedDraft {
  readonly size: number;
  /** Publishing keeps exactly this time: after a crash it is compared with what `stat` says of the published file. */
  readonly mtimeMs: number;
  /** False where the storage refused to set the modification time: then it is not compared. */
  readonly mtimeKept: boolean;
}

/** What is known of the content when all of it was written; storages that keep such facts keep them with the file. */
export interface ContentFacts {
  /** Lower-case hex, of the whole file. */
  readonly sha256?: string | undefined;
}

export interface PublishOptions {
  /** As the draft gave it, for who has not begun the draft himself. */
  readonly ticket?: string | undefined;
  /** The mark that the draft was begun with, where it is not its name. */
  readonly mark?: string | undefined;
  /**
   * Nothing that stands at the path is replaced, nor moved aside for an instant: `refused`, `exists`. Where `publishesNew` is
   * `looked-at` a file may come between the look and the step.
   */
  readonly onlyNew?: boolean | undefined;
  readonly mayWrite?: MayWrite | undefined;
}

/** What an object store says of a file's content, and hands to whoever reads it. This program's own marks are no part of it. */
export interface ContentDescription {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** What its owner wrote beside it. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface FileDescription {
  readonly content: ContentDescription;
  /** With `describesTimes`: the modification time that was kept with the object, where one was. */
  readonly keptMtimeMs?: number | undefined;
}
