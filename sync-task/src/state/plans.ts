/** Making a plan: compare the listing with the checkpoints, write entries, cut batches. */
import type { ErrorKind } from '../base/errors.ts';
import type { BatchRange, FileVersion } from '../base/model.ts';

/** Proves that this process makes the plan. The token of a planner that was taken over is outdated. */
export interface PlanTicket {
  readonly run: string;
  readonly pipelineId: number;
  readonly token: number;
}

/** Numbers of files. */
export interface ListingTotals {
  readonly listed: number;
  readonly unchanged: number;
  readonly excluded: number;
}

/** Totals over the files that a plan considered: all of them (folder `''`), or those below one first-level folder. */
export interface FolderTotals {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Size of the largest file in bytes. */
  readonly largest: number;
}

/** Totals of a whole plan. */
export interface PlanTotals extends Omit<FolderTotals, 'folder'> {
  readonly run: string;
}

/** A listed file. `chain` identifies the transforms that apply to it ('' for none). */
export interface Candidate extends FileVersion {
  readonly path: string;
  readonly chain: string;
}

/** `unsettled`: an attempt may have published something else and died before it recorded that. */
export type ChangeReason = 'new' | 'size-changed' | 'mtime-changed' | 'transform-changed' | 'unsettled';

export interface Change {
  /** Position in the candidates given. */
  readonly index: number;
  readonly reason: ChangeReason;
}

/** An entry to write. Only an entry to copy has a `number`. */
export interface NewEntry extends Candidate {
  readonly number: number | undefined;
  readonly status: 'planned' | 'deferred' | 'refused' | 'skipped' | 'failed';
  /** A stable word. */
  readonly reason: string;
  /** Only with `failed`: how to react. */
  readonly kind?: ErrorKind | undefined;
  /** Only with `failed`: for people. */
  readonly message?: string | undefined;
}

export interface PlanOperations {
  /**
   * Creates the run, or takes over its unfinished or refused plan: removes the entries of the earlier planner and makes its later
   * writes fail. Returns `undefined` where the plan is complete. Throws `usage` where the run belongs to another pipeline.
   */
  beginPlan(run: string, pipelineId: number, details: unknown): Promise<PlanTicket | undefined>;
  /** The candidates that differ from what was last published. */
  compare(pipelineId: number, candidates: readonly Candidate[]): Promise<readonly Change[]>;
  /** Throws `transient` where another process took the plan over. Of two entries with one path the first stays. */
  addEntries(ticket: PlanTicket, entries: readonly NewEntry[]): Promise<void>;
  /** From here on workers can claim the run's batches. Throws like `addEntries`. */
  completePlan(
    ticket: PlanTicket,
    batches: readonly BatchRange[],
    totals: ListingTotals,
    folders?: readonly FolderTotals[],
    /** Replaces the run's. */
    details?: unknown,
  ): Promise<void>;
  /** Ends the run before anything can be claimed. The same run may be planned again. Throws like `addEntries`. */
  refusePlan(ticket: PlanTicket, totals: ListingTotals, details: unknown): Promise<void>;
  /** What the newest `runs` complete plans saw, folder by folder, in no order. Refused plans don't count. */
  history(pipelineId: number, runs: number): Promise<readonly FolderTotals[]>;
  /** Totals of the newest `runs` plans that were not refused, oldest first. */
  planTotals(pipelineId: number, runs: number): Promise<readonly PlanTotals[]>;
}
