/** Reading runs, batches and entries back, and ending or forgetting runs. */
import type { ErrorKind } from '../base/errors.ts';
import type { ContentDigest, EntryStatus, RunStatus } from '../base/model.ts';
import type { Candidate, ListingTotals } from './plans.ts';

export interface RunRecord {
  readonly id: string;
  readonly pipeline: string;
  readonly status: RunStatus;
  readonly createdMs: number;
  readonly finishedMs: number | undefined;
  /** `undefined` until the plan is complete. */
  readonly listing: ListingTotals | undefined;
  /** JSON recorded with the run: settings and capabilities, never secrets. */
  readonly details: unknown;
}

/** Batches are numbered from 1. */
export interface BatchRecord {
  readonly number: number;
  readonly files: number;
  readonly bytes: number;
  /** Derived from its entries: `planned` while any is left, `partial` where some failed or were refused, `failed` where all did, else `done`. */
  readonly status: 'planned' | 'done' | 'partial' | 'failed';
}

export interface EntryRecord extends Candidate {
  readonly status: EntryStatus;
  readonly kind: ErrorKind | undefined;
  readonly reason: string;
  readonly message: string;
  readonly batch: number | undefined;
}

export interface EntryFilter {
  readonly statuses: readonly EntryStatus[];
  /** Undefined: all batches. */
  readonly batch?: number;
  readonly limit: number;
}

/** An entry with all that is known about it. */
export interface ManifestRow extends EntryRecord {
  /** Why the plan took it, or left it out. */
  readonly why: string;
  /** Undefined where no worker settled it. */
  readonly durationMs: number | undefined;
  /** Over all claims. */
  readonly retries: number;
  /** How often workers claimed it in this run; 0 once those events are pruned. */
  readonly claims: number;
  /** Claims without an outcome: the worker died or lost its lease. */
  readonly claimsLost: number;
  /** What this run left at the target; undefined where another run published last. */
  readonly published: { readonly size: number; readonly digest: ContentDigest } | undefined;
}

/** Number of entries by status. */
export type EntryCounts = Readonly<Record<EntryStatus, number>>;

/** The progress of a run. */
export interface RunWork {
  readonly counts: EntryCounts;
  /** Source bytes of the files that were copied. */
  readonly copiedBytes: number;
  /** Files under a live claim now. */
  readonly held: number;
}

/** What one run recorded about a file. */
export interface FileInRun {
  readonly run: string;
  readonly createdMs: number;
  /** JSON recorded with the run. */
  readonly details: unknown;
  /** Undefined where the run found the file unchanged or excluded, or did not list it. */
  readonly entry: Pick<EntryRecord, 'status' | 'reason' | 'message' | 'size'> | undefined;
}

export interface Pruned {
  readonly runs: number;
  readonly events: number;
}

export interface RunOperations {
  run(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  runs(pipelineId: number, limit: number): Promise<readonly RunRecord[]>;
  /** All batches, or only the one with this number. */
  batches(run: string, number?: number): Promise<readonly BatchRecord[]>;
  /** Over the whole run, or over one batch. */
  countEntries(run: string, batch?: number): Promise<EntryCounts>;
  runWork(run: string): Promise<RunWork>;
  /** One row for each of the newest `limit` runs with a complete plan, newest first. */
  fileInRuns(pipelineId: number, path: string, limit: number): Promise<readonly FileInRun[]>;
  /** In the order of their paths. */
  entries(run: string, filter: EntryFilter): Promise<readonly EntryRecord[]>;
  /** A page of the run's entries in the order of their paths, after the path `after` (undefined: from the first). */
  manifest(run: string, after: string | undefined, limit: number): Promise<readonly ManifestRow[]>;
  /** Ends the run. The last call wins. */
  finishRun(run: string, status: RunStatus, details: unknown): Promise<void>;
  /**
   * Forgets runs that ended more than `keepMs` ago (or began then and never ended), with their batches and entries, and events
   * older than that. Checkpoints stay, and so do runs with a live claim.
   */
  prune(pipelineId: number, keepMs: number): Promise<Pruned>;
}
