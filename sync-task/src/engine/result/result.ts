/** What every command answers: one JSON document on stdout and, where `SYNC_TASK_RESULT` is set, in that file. */

import type { ErrorKind } from '../../base/errors.ts';
import type { EntryStatus, RunStatus } from '../../base/model.ts';
import type { GateName } from '../../config/settings.ts';

export interface Result {
  readonly schemaVersion: 1;
  readonly command: string;
  readonly pipeline: string;
  /** Empty where the command is about no run. */
  readonly run: string;
  readonly status: Exclude<RunStatus, 'planning' | 'planned'>;
  readonly files: FileCounts;
  readonly bytes: ByteCounts;
  readonly batches: readonly BatchResult[];
  readonly errors: readonly FileError[];
  /** Errors beyond those listed. */
  readonly errorsLeftOut: number;
  readonly durationMs: number;
  /** What source and target offer, and what a missing capability costs. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** With `--publish in-place`: the promises that are weaker, a clause each. */
  readonly weakened?: readonly string[];
  /** With `--explain`: why each file was chosen or left out. */
  readonly explain?: readonly Explanation[];
  readonly explainLeftOut?: number;
  /** What gates found in the plan, where they found anything. */
  readonly gates?: readonly GateFinding[];
  /** With `verify`: what was found. */
  readonly verified?: Verified;
  /** With `--report-dir`: where the report stands below it, as the path of a URL. */
  readonly report?: string;
  /** Likewise its manifest. */
  readonly manifest?: string;
  /** With `finish` and `sync`, where a report or metrics are asked for: of the whole run. */
  readonly totals?: RunTotals;
  /** With `run`, where metrics are asked for: files of the whole run still to be copied. */
  readonly queued?: number;
  /** With `sync`: its parts. */
  readonly phases?: readonly PhaseSummary[];
  /** With `run` and `sync`: what transforms counted in the files published by this process, by their names. */
  readonly transforms?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** With `check` and `finish`: attempts of dead workers whose remains were removed. */
  readonly swept?: number;
  /** With `check` and `finish`: files that could not be looked at, though a dead worker may have left something. */
  readonly unswept?: number;
  /** With `prune`: what was forgotten. */
  readonly pruned?: { readonly runs: number; readonly events: number };
  /** With `status`: the pipeline's newest runs. */
  readonly runs?: readonly RunSummary[];
  /** With `status` of no pipeline: all that the state knows. */
  readonly pipelines?: readonly PipelineSummary[];
  /** With `status --path`: the last of the newest runs that left the file out, and why. */
  readonly leftOut?: LeftOut;
  /** With `status --path`: what happened to the file, oldest first. */
  readonly events?: readonly FileEvent[];
}

export interface FileCounts {
  readonly listed: number;
  readonly unchanged: number;
  readonly excluded: number;
  /** Chosen by `plan`. */
  readonly planned: number;
  readonly copied: number;
  readonly adopted: number;
  readonly skipped: number;
  readonly deferred: number;
  readonly refused: number;
  readonly failed: number;
}

export interface ByteCounts {
  readonly read: number;
  readonly written: number;
  readonly resumed: number;
}

export interface RunTotals {
  /** Written, of the files copied. */
  readonly bytes: number;
  /** Read, of the files copied. */
  readonly sourceBytes: number;
  readonly retries: number;
  /** Claims whose worker died or lost its lease. */
  readonly claimsLost: number;
  /** Files still to be copied. */
  readonly leftPlanned: number;
  /** From the beginning of the plan to its end. */
  readonly elapsedMs: number;
}

export interface PhaseSummary {
  readonly phase: 'plan' | 'transfer' | 'finish';
  /** Listed, or settled. */
  readonly files: number;
  readonly bytes: number;
  readonly durationMs: number;
}

export interface BatchResult {
  readonly number: number;
  readonly files: number;
  readonly bytes: number;
  readonly status: 'planned' | 'done' | 'partial' | 'failed';
}

export interface FileError {
  /** Empty where the error is about no single file. */
  readonly path: string;
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
}

/** What `verify` says of a file. */
export type Finding =
  | 'ok'
  | 'missing'
  | 'size-differs'
  | 'time-differs'
  | 'content-differs'
  | 'source-differs'
  | 'source-changed'
  | 'source-gone'
  | 'unverifiable';

export interface Verified {
  readonly checksum: 'none' | 'target' | 'both';
  /** Files that were looked at. */
  readonly checked: number;
  /** Files left out by the selection. */
  readonly excluded: number;
  /** Files of each finding. */
  readonly found: Readonly<Record<Finding, number>>;
  /** With `--repair`: files that were copied again. */
  readonly repaired: number;
  /** All that is not `ok`, up to a bound. */
  readonly findings: readonly FileFinding[];
  readonly findingsLeftOut: number;
}

export interface FileFinding {
  readonly path: string;
  readonly finding: Exclude<Finding, 'ok'>;
  readonly message: string;
  /** With `--repair`: whether it was copied again. */
  readonly repaired?: boolean;
}

export interface GateFinding {
  readonly gate: GateName;
  /** A first-level folder, or empty: the whole source. */
  readonly folder: string;
  readonly verdict: 'warned' | 'refused' | 'accepted';
  /** What was found and what is usual or allowed. */
  readonly what: string;
}

export interface Explanation {
  readonly path: string;
  /** What `plan` decided (`copy`, `excluded`, …) or, with `status`, what became of it. */
  readonly decision: 'copy' | 'excluded' | 'not-listed' | EntryStatus;
  readonly reason: string;
}

export interface RunSummary {
  readonly run: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly finishedAt?: string;
}

export interface PipelineSummary {
  readonly pipeline: string;
  readonly source: string;
  readonly target: string;
}

export interface LeftOut {
  readonly run: string;
  /** When the run began. */
  readonly at: string;
  readonly decision: Explanation['decision'];
  readonly reason: string;
}

export interface FileEvent {
  readonly at: string;
  readonly run: string;
  readonly event: string;
  readonly token: number;
  readonly detail: string;
}
