/**
 * What survives a process: runs, batches, files (the checkpoints) and an append-only event log.
 *
 * Every operation is one transaction and takes sets, not single rows: a million files cost hundreds of round trips. Two processes
 * never win the same claim. Time comes from the database (Postgres) or the machine (SQLite, which serves one process).
 *
 * The pieces:
 * - *file*: one row for each pipeline and path. It holds the version that was last published, and who may write the next one: a
 *   lease (`owner`, until when) and a fencing token that grows with every claim. A write under an older token changes nothing.
 * - *entry*: one row for each run and path that the plan did not find unchanged: to copy, or left out with a reason. Entries to copy
 *   are numbered 1…n in the order planned; a batch is a range of these numbers.
 * - *event*: what happened to a file, when and under which token. Never changed.
 *
 * One file beside this one holds each concept: its records and its operations. docs/guides/new-state-operation.md shows how to add one.
 */
import type { AbandonedOperations } from './abandoned.ts';
import type { ClaimOperations } from './claims.ts';
import type { FileOperations } from './files.ts';
import type { KeyOperations } from './keys.ts';
import type { PipelineOperations, PipelineRecord } from './pipelines.ts';
import type { PlanOperations } from './plans.ts';
import type { RunOperations } from './runs.ts';
import type { TargetPathOperations } from './target-paths.ts';

export type * from './abandoned.ts';
export type * from './claims.ts';
export type * from './files.ts';
export type * from './keys.ts';
export type * from './pipelines.ts';
export type * from './plans.ts';
export type * from './runs.ts';
export type * from './target-paths.ts';

/** A plain object: wrappers spread it and replace single operations. */
export interface State
  extends PipelineOperations,
    TargetPathOperations,
    PlanOperations,
    RunOperations,
    ClaimOperations,
    AbandonedOperations,
    KeyOperations,
    FileOperations,
    AsyncDisposable {
  /** For messages: the URL without its secrets. */
  readonly label: string;
  /**
   * The states of other pipelines that are kept elsewhere, where one of their pipelines is wanted. They are for reading, and close
   * with this one. Absent where this state holds all pipelines.
   */
  beside?(wanted: (pipeline: PipelineRecord) => boolean): Promise<readonly State[]>;
}
