/** A worker's hold on files: claim, renew, record an intent, record the outcome, release. */
import type { ErrorKind } from '../base/errors.ts';
import type { Outcome } from '../base/model.ts';
import type { Checkpoint } from './files.ts';
import type { Candidate } from './plans.ts';

export interface Owner {
  readonly pipelineId: number;
  /** Unique for each process that claims. */
  readonly owner: string;
}

export interface ClaimOwner extends Owner {
  readonly run: string;
}

export interface ClaimRequest extends ClaimOwner {
  readonly batch: number;
  readonly leaseMs: number;
  readonly limit: number;
  /** Only entries with a higher number; undefined: from the first. */
  readonly after?: number | undefined;
}

/** One claim of a file that is known: its path and its fencing token. */
export interface ClaimedRow {
  readonly path: string;
  readonly token: number;
}

/** An earlier claim that was never given back. */
export interface EarlierClaim {
  readonly run: string;
  readonly token: number;
}

export interface Claim extends Candidate {
  /** The number of its entry. */
  readonly number: number;
  readonly token: number;
  /** The claim before this one, where it was never given back: its worker died or hangs, and may have left a draft. */
  readonly abandoned: EarlierClaim | undefined;
  /** With `abandoned`: the claims before that one, back to when the file was last settled. Each may have left a draft. */
  readonly abandonedBefore: readonly EarlierClaim[];
  /** Why the plan chose it. */
  readonly reason: string;
  /** Undefined where nothing was published yet. */
  readonly checkpoint: Checkpoint | undefined;
  /** JSON that an earlier attempt recorded before an irreversible step, and did not settle. */
  readonly intent: unknown;
}

export interface IntentRow extends ClaimedRow {
  /** JSON, kept as it is. */
  readonly intent: unknown;
}

export interface OutcomeRow extends ClaimedRow {
  readonly outcome: Outcome;
  /** Only with `failed` and `refused`: how to react. */
  readonly kind: ErrorKind | undefined;
  /** A stable word: `copied`, `changed-while-read`, `not-found`. */
  readonly reason: string;
  /** For people; empty where the reason says it all. */
  readonly message: string;
  /** Only with `copied` and `adopted`: becomes the file's checkpoint and clears the intent. Otherwise both stay. */
  readonly checkpoint: Checkpoint | undefined;
  /** Only without a checkpoint: the attempt left nothing at the target. The claim ends as clean, without intent. */
  readonly clean?: boolean;
  /** For reports. */
  readonly work?: Work;
  /** Only with a checkpoint: the holder of the keys that are in the file now (`KeyHolder.id`). */
  readonly keys?: number | undefined;
}

export interface Work {
  /** Of the attempt that settled the file, with the waiting between its retries. */
  readonly durationMs: number;
  /** How often this claim started the file again. */
  readonly retries: number;
}

/** Files of a batch under other owners' claims. */
export interface HeldFiles {
  readonly files: number;
  /** Milliseconds until the first lease ends; 0 where it has ended. */
  readonly firstEndsInMs: number;
}

export interface ClaimOperations {
  /**
   * Claims up to `limit` files of the batch that are to do and not held, each with a new fencing token. To do means `planned`, or
   * `failed` or `refused` under another owner. Empty: nothing can be claimed now.
   */
  claim(request: ClaimRequest): Promise<readonly Claim[]>;
  /** `undefined` where others hold nothing. */
  heldByOthers(request: Omit<ClaimRequest, 'limit' | 'leaseMs' | 'after'>): Promise<HeldFiles | undefined>;
  /**
   * Renews every lease of the owner and returns the token of each path. A worker must stop where its path is missing or has another
   * token: it lost that claim, or gave it back.
   */
  renew(owner: string, leaseMs: number): Promise<ReadonlyMap<string, number>>;
  /** Returns the paths whose claim is lost: the worker must stop work on them. */
  saveIntents(claim: ClaimOwner, rows: readonly IntentRow[]): Promise<ReadonlySet<string>>;
  /** Records outcomes and ends the claims. Returns the paths whose claim was lost; nothing was recorded for them. */
  recordOutcomes(claim: ClaimOwner, rows: readonly OutcomeRow[]): Promise<ReadonlySet<string>>;
  /** Ends every lease of the owner at once. The claims count as abandoned. */
  release(owner: string): Promise<void>;
}
