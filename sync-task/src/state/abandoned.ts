/** Claims that ended without an outcome. Their workers may have left drafts at the target. */
import type { ClaimedRow, EarlierClaim, Owner } from './claims.ts';
import type { Checkpoint } from './files.ts';
import type { Candidate } from './plans.ts';

export interface AbandonedClaim extends ClaimedRow {
  readonly run: string;
}

export interface AbandonedRequest extends Owner {
  readonly leaseMs: number;
  readonly limit: number;
  /** Only paths after this one. */
  readonly after: string | undefined;
  /** `ended`: only files of runs that nobody continues: they ended, are forgotten, or are seven days old. */
  readonly which: 'all' | 'ended';
}

/** A file that is claimed to find out what an earlier claim left. */
export interface AbandonedFile extends ClaimedRow {
  /** The run of the earlier claim. */
  readonly run: string;
  /** As in `Claim`. */
  readonly abandoned: EarlierClaim;
  readonly abandonedBefore: readonly EarlierClaim[];
  /** As that run planned it; undefined where the run is forgotten. */
  readonly planned: (Candidate & { readonly reason: string }) | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly intent: unknown;
}

export interface ClearedRow extends ClaimedRow {
  readonly keepsIntent?: boolean;
}

export interface AbandonedOperations {
  /**
   * Claims abandoned files of the pipeline in the order of their paths, each with a new fencing token. The caller looks at what was
   * left of each, then calls `recordOutcomes` (under the file's `run`) where it was published after all, else `clear`. `renew` and
   * `release` work as for `claim`: a released file is abandoned again.
   */
  claimAbandoned(request: AbandonedRequest): Promise<readonly AbandonedFile[]>;
  /** Ends claims as clean: drops their keys, and the intent unless `keepsIntent`. Returns the paths whose claim was lost; nothing changed for them. */
  clear(owner: Owner, claims: readonly ClearedRow[]): Promise<ReadonlySet<string>>;
  /** The number of abandoned files of the pipeline, counted up to `most`. */
  countAbandoned(pipelineId: number, most: number): Promise<number>;
  /**
   * Claims of the last seven days whose lease ended in silence before somebody else claimed the file. A worker that was only frozen
   * may have left a draft since. Files under a live claim are left out.
   */
  takenOver(pipelineId: number): Promise<readonly AbandonedClaim[]>;
}
