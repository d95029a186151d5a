/** What was delivered: checkpoints, and each file's history. */
import type { ContentDigest, FileVersion, Outcome } from '../base/model.ts';

/** What was last published, and how. */
export interface Checkpoint extends FileVersion {
  readonly chain: string;
  readonly targetSize: number;
  /** Of the published bytes. Has no segments where nobody saw the content. */
  readonly digest: ContentDigest;
  /** Its path at the target where transforms changed it; undefined: its own path. */
  readonly targetPath?: string | undefined;
  /** The modification time it got at the target; undefined where the target did not keep one. */
  readonly targetMtimeMs?: number | undefined;
  /** Of the source's bytes, where transforms changed them and one attempt read them all. */
  readonly sourceDigest?: ContentDigest | undefined;
}

/** A published file. */
export interface FileRecord extends Checkpoint {
  readonly path: string;
  /** Grows with every claim: a changed token means that somebody worked on the file meanwhile. */
  readonly token: number;
  /** It is under a live claim now. */
  readonly held: boolean;
  /** As in `Claim`. */
  readonly intent: unknown;
}

export interface FileFilter {
  /** A folder; '' for all. */
  readonly prefix: string;
  /** Only paths after this one; '' from the first. */
  readonly after: string;
  readonly limit: number;
}

export interface EventRecord {
  readonly atMs: number;
  readonly run: string;
  /** `recovery`: claimed to find out what an earlier claim left. */
  readonly event: 'claimed' | 'recovery' | 'intent' | Outcome;
  readonly token: number;
  readonly detail: string;
}

export interface FileOperations {
  /** A page of published files in the byte order of their paths. */
  files(pipelineId: number, filter: FileFilter): Promise<readonly FileRecord[]>;
  /** Undefined where nothing was published from this path. */
  file(pipelineId: number, path: string): Promise<FileRecord | undefined>;
  /** The number of published files in a folder ('' for all), and their bytes at the target. */
  fileTotals(pipelineId: number, prefix: string): Promise<{ readonly files: number; readonly bytes: number }>;
  /** A file's events, oldest first. */
  events(pipelineId: number, path: string): Promise<readonly EventRecord[]>;
}
