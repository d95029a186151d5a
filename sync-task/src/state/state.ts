/**
 * What is remembered between processes: runs, batches, files (the checkpoints) and an append-only event log.
 *
 * Every operation is one transaction and takes sets, not single rows: a million files cost hundreds of round trips.
 * Time is the database's (Postgres) or the machine's (SQLite, one process). Two processes can't both win a claim.
 *
 * The pieces:
 * - *file*: one row per pipeline and path. Holds the version that was last published, and who may write the next one:
 *   a lease (`owner`, until when) and a fencing token that grows with every claim. Each write below is conditional on it.
 * - *entry*: one row per run and path that the plan looked at and did not find unchanged: to copy, or left out with a reason.
 *   Entries to copy are numbered 1…n in the order planned; a batch is a range of these numbers.
 * - *event*: what happened to a file, when and under which token. Never changed.
 */
import type { ErrorKind } from '../base/errors.ts';
import type { BatchRange, ContentDigest, EntryStatus, FileVersion, Outcome, RunStatus } from '../base/model.ts';

export interface PipelineRecord {
  readonly id: number;
  readonly name: string;
  /** Where it reads and delivers; undefined until a plan recorded it. */
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** As `config/location-identity.ts` words them. */
export interface KnownPlaces {
  readonly source: string;
  readonly target: string;
}

/** A path of the target that is not the file's own. */
export interface WantedPlace {
  readonly place: string;
  /** The file of the source that goes there. */
  readonly path: string;
  /** Written beside it by its transforms. */
  readonly aside: boolean;
}

export interface PlaceOwner {
  readonly place: string;
  readonly path: string;
  /** Of the transforms with which it was published or is planned; undefined where nothing of it was published yet. */
  readonly chain: string | undefined;
}

export interface RunRecord {
  readonly id: string;
  readonly pipeline: string;
  readonly status: RunStatus;
  readonly createdMs: number;
  readonly finishedMs: number | undefined;
  /** What `plan` saw. `undefined` until the plan is complete. */
  readonly listing: ListingTotals | undefined;
  /** JSON recorded with the run: settings and capabilities, never secrets. */
  readonly details: unknown;
}

export interface ListingTotals {
  readonly listed: number;
  readonly unchanged: number;
  readonly excluded: number;
}

/** Of the files that a plan took into account, in all (folder `''`) or below one first-level folder. */
export interface FolderTotals {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Size of the largest file. */
  readonly largest: number;
}

/** Batches are numbered from 1. */
export interface BatchRecord {
  readonly number: number;
  readonly files: number;
  readonly bytes: number;
  /** Derived from its entries: `planned` while any is left, `partial` where some failed or were refused, `failed` where all did, else `done`. */
  readonly status: 'planned' | 'done' | 'partial' | 'failed';
}

/** A listed file as the comparison sees it. `chain` identifies the transforms that apply to it ('' for none). */
export interface Candidate extends FileVersion {
  readonly path: string;
  readonly chain: string;
}

export type ChangeReason = 'new' | 'size-changed' | 'mtime-changed' | 'transform-changed' | 'unsettled';

export interface Change {
  /** Position in the candidates given. */
  readonly index: number;
  readonly reason: ChangeReason;
}

/** A row of the manifest. `number` only where it is to be copied. */
export interface NewEntry extends Candidate {
  readonly number: number | undefined;
  readonly status: 'planned' | 'deferred' | 'refused' | 'skipped' | 'failed';
  readonly reason: string;
  /** How to react, and for people, where it failed. */
  readonly kind?: ErrorKind | undefined;
  readonly message?: string | undefined;
}

export interface EntryRecord extends Candidate {
  readonly status: EntryStatus;
  readonly kind: ErrorKind | undefined;
  readonly reason: string;
  readonly message: string;
  readonly batch: number | undefined;
}

/** What was last published, and how. */
export interface Checkpoint extends FileVersion {
  readonly chain: string;
  readonly targetSize: number;
  /** Of what was published. No segments where its content was never seen. */
  readonly digest: ContentDigest;
  /** Where it stands at the target, where transforms changed it; undefined: at its own path. */
  readonly targetPath?: string | undefined;
  /** The time it was given at the target; undefined where the target did not keep one. */
  readonly targetMtimeMs?: number | undefined;
  /** Of what was read, where transforms changed it and all of it was read in one go. */
  readonly sourceDigest?: ContentDigest | undefined;
}

/** A file that was published, for whoever looks whether it still is. */
export interface FileRecord extends Checkpoint {
  readonly path: string;
  /** Grows with every claim: another one tells that somebody worked on the file meanwhile. */
  readonly token: number;
  /** Somebody is working on it now. */
  readonly held: boolean;
  /** As in `Claim`. */
  readonly intent: unknown;
}

export interface FileFilter {
  /** A folder, or '' for all. */
  readonly prefix: string;
  /** Only paths behind this one; '' from the beginning. */
  readonly after: string;
  readonly limit: number;
}

export interface Claim extends Candidate {
  /** Of its entry, in the order of the batch. */
  readonly number: number;
  readonly token: number;
  /** The claim before this one, where it was never given back: its process died or hangs, and may have left a draft. */
  readonly abandoned: { readonly run: string; readonly token: number } | undefined;
  /** With `abandoned`: those before it since the file was last settled. One of them may have left a draft too. */
  readonly abandonedBefore: readonly { readonly run: string; readonly token: number }[];
  /** Why the plan chose it. */
  readonly reason: string;
  /** The version published last, where there is one. */
  readonly checkpoint: Checkpoint | undefined;
  /** What an earlier attempt wrote down before an irreversible step and did not finish; its own JSON. */
  readonly intent: unknown;
}

export interface IntentRow {
  readonly path: string;
  readonly token: number;
  /** JSON, kept as it is. */
  readonly intent: unknown;
}

export interface OutcomeRow {
  readonly path: string;
  readonly token: number;
  readonly outcome: Outcome;
  /** With `failed` and `refused`: how to react. */
  readonly kind: ErrorKind | undefined;
  /** A stable word: `copied`, `changed-while-read`, `not-found`. */
  readonly reason: string;
  /** For people; empty where the reason says it all. */
  readonly message: string;
  /** With `copied` and `adopted`: becomes the file's checkpoint and clears the intent. Otherwise both stay as they are. */
  readonly checkpoint: Checkpoint | undefined;
  /** Without a checkpoint: nothing is left at the target that anybody need look at, so the claim is given back as clean, without intent. */
  readonly clean?: boolean;
  /** What it took, for reports. */
  readonly work?: Work;
  /** With a checkpoint: the holder of the keys that are in the file now (`KeyHolder.id`). */
  readonly keys?: number | undefined;
}

/** An attempt at a file that takes keys of rows. */
export interface KeyHolder {
  readonly pipelineId: number;
  readonly path: string;
  readonly id: number;
  /** Of two that want a key the lower one has it. */
  readonly age: number;
}

export interface ClaimedFile {
  readonly pipelineId: number;
  readonly path: string;
  readonly token: number;
}

export interface TakenKeys {
  /** Those of the keys that are another file's. */
  readonly others: ReadonlySet<string>;
  /** Ids of holders of some of them that are not published yet. */
  readonly waitFor: ReadonlySet<number>;
  /** An older one took something away: the file is to be begun again when `completeKeys` says so. */
  readonly lost: boolean;
}

export type KeysCompleted =
  | { readonly status: 'complete' }
  /** Ask again: this file of another worker is to be settled first. */
  | { readonly status: 'wait'; readonly path: string }
  /** Rows were left out because of a file that was not published after all, or left in wrongly: begin the file again. */
  | { readonly status: 'again' };

export interface Work {
  /** Of the attempt that settled it, waiting between its retries included. */
  readonly durationMs: number;
  /** How often this claim began the file again. */
  readonly retries: number;
}

/** An entry with all that is known of it. */
export interface ManifestRow extends EntryRecord {
  /** Why the plan took it, or left it out. */
  readonly why: string;
  /** Undefined where nobody worked on it. */
  readonly durationMs: number | undefined;
  /** Of all claims. */
  readonly retries: number;
  /** How often it was claimed in this run; 0 where that was pruned. */
  readonly claims: number;
  /** Claims whose worker recorded nothing: it died, or lost its lease. */
  readonly claimsLost: number;
  /** What this run left at the target; undefined where it is not this run that was there last. */
  readonly published: { readonly size: number; readonly digest: ContentDigest } | undefined;
}

/** What one plan saw in all. */
export interface PlanTotals extends Omit<FolderTotals, 'folder'> {
  readonly run: string;
}

export interface ClaimRequest {
  readonly pipelineId: number;
  readonly run: string;
  readonly batch: number;
  /** Unique for each process that claims. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly limit: number;
  /** Only entries behind that number; undefined: from the first. */
  readonly after?: number | undefined;
}

/** How far a run is. */
export interface RunWork {
  readonly counts: EntryCounts;
  /** Of the files that were copied, at the source. */
  readonly copiedBytes: number;
  /** Files that somebody works on now. */
  readonly held: number;
}

/** What one run wrote down of a file. */
export interface FileInRun {
  readonly run: string;
  readonly createdMs: number;
  /** JSON recorded with the run. */
  readonly details: unknown;
  /** Undefined where the run found it unchanged or excluded, or did not list it. */
  readonly entry: Pick<EntryRecord, 'status' | 'reason' | 'message' | 'size'> | undefined;
}

/** Counts by status. */
export type EntryCounts = Readonly<Record<EntryStatus, number>>;

export interface State extends AsyncDisposable {
  /** For messages: the URL, without any secret. */
  readonly label: string;
  /**
   * States of other pipelines that are kept beside this one, as far as one of theirs is wanted: to be read, and closed with this one.
   * Left out: all pipelines are in this one.
   */
  beside?(wanted: (pipeline: PipelineRecord) => boolean): Promise<readonly State[]>;

  /** Finds or makes the pipeline. */
  pipeline(name: string): Promise<PipelineRecord>;
  /** Makes none. */
  findPipeline(name: string): Promise<PipelineRecord | undefined>;
  pipelines(): Promise<readonly PipelineRecord[]>;
  /** Remembers where it reads and delivers, unless another process changed that since. Returns what is remembered then. */
  recordPlaces(before: PipelineRecord, places: KnownPlaces): Promise<PipelineRecord>;
  /** Forgets everything that was delivered, and remembers the places. Throws `transient` while somebody holds a claim. */
  forgetDelivered(pipeline: PipelineRecord, places: KnownPlaces): Promise<void>;

  /** Gives the files of a plan their places at the target, unless others have them; ask `placeOwners` then. */
  takePlaces(ticket: PlanTicket, wanted: readonly WantedPlace[]): Promise<void>;
  /**
   * Who has these paths of the target, among all that the pipeline published or may still publish; of `openRuns` (runs whose files keep
   * their paths) also what they have planned. A path may have several owners; one that nobody has is not in the answer.
   */
  placeOwners(
    pipelineId: number,
    places: readonly string[],
    openRuns: readonly string[],
  ): Promise<readonly PlaceOwner[]>;
  /** Whether the pipeline gave away any path that is not a file's own. */
  hasPlaces(pipelineId: number): Promise<boolean>;

  /**
   * Makes the run, or takes over its unfinished or refused plan: entries that an earlier planner wrote are removed and that planner's
   * later writes fail. Returns `undefined` where the plan is complete already. Throws `usage` where the run is another pipeline's.
   */
  beginPlan(run: string, pipelineId: number, details: unknown): Promise<PlanTicket | undefined>;
  /** Those of the candidates that are not exactly what was last published. */
  compare(pipelineId: number, candidates: readonly Candidate[]): Promise<readonly Change[]>;
  addEntries(ticket: PlanTicket, entries: readonly NewEntry[]): Promise<void>;
  /** From here on the run's batches can be claimed. */
  completePlan(
    ticket: PlanTicket,
    batches: readonly BatchRange[],
    totals: ListingTotals,
    folders?: readonly FolderTotals[],
    /** Replaces the run's. */
    details?: unknown,
  ): Promise<void>;
  /** Ends the run before anything of it can be claimed. It may be planned again under the same name. */
  refusePlan(ticket: PlanTicket, totals: ListingTotals, details: unknown): Promise<void>;
  /** What the newest `runs` complete plans saw, in no order; refused ones don't count. */
  history(pipelineId: number, runs: number): Promise<readonly FolderTotals[]>;
  /** Of the newest `runs` plans that were not refused, oldest first. */
  planTotals(pipelineId: number, runs: number): Promise<readonly PlanTotals[]>;

  run(id: string): Promise<RunRecord | undefined>;
  /** Newest first. */
  runs(pipelineId: number, limit: number): Promise<readonly RunRecord[]>;
  /** All of them, or the one of that number. */
  batches(run: string, number?: number): Promise<readonly BatchRecord[]>;
  /** Of the whole run, or of one batch. */
  countEntries(run: string, batch?: number): Promise<EntryCounts>;
  runWork(run: string): Promise<RunWork>;
  /** Of the newest `limit` runs whose plan is complete, newest first. */
  fileInRuns(pipelineId: number, path: string, limit: number): Promise<readonly FileInRun[]>;
  /** Ordered by path, at most `limit`, only these statuses. */
  entries(
    run: string,
    filter: { readonly statuses: readonly EntryStatus[]; readonly batch?: number; readonly limit: number },
  ): Promise<readonly EntryRecord[]>;
  /** All entries of the run behind the path `after` (undefined: from the first), ordered by path, at most `limit`. */
  manifest(run: string, after: string | undefined, limit: number): Promise<readonly ManifestRow[]>;
  /** Ends the run. The last call wins. */
  finishRun(run: string, status: RunStatus, details: unknown): Promise<void>;

  /**
   * Takes up to `limit` files of the batch that are still to do and that nobody else holds, each with a new fencing token.
   * To do means `planned`, or `failed` or `refused` under another owner. Empty: nothing can be taken now.
   */
  claim(request: ClaimRequest): Promise<readonly Claim[]>;
  /** Files of the batch that others hold: how many, and in how many milliseconds the first lease ends. `undefined` where none. */
  heldByOthers(
    request: Omit<ClaimRequest, 'limit' | 'leaseMs' | 'after'>,
  ): Promise<{ readonly files: number; readonly firstEndsInMs: number } | undefined>;
  /**
   * Prolongs everything that the owner still holds, and returns the paths of it with their tokens. A claim that is missing, or has
   * another token, was taken over or given back: whoever works under it must not go on.
   */
  renew(owner: string, leaseMs: number): Promise<ReadonlyMap<string, number>>;
  /** Saves intents. Returns the paths whose claim is lost: their owner must not go on. */
  saveIntents(claim: ClaimOwner, rows: readonly IntentRow[]): Promise<ReadonlySet<string>>;
  /** Records what became of files and gives their leases back. Returns the paths whose claim was lost: nothing was recorded for them. */
  recordOutcomes(claim: ClaimOwner, rows: readonly OutcomeRow[]): Promise<ReadonlySet<string>>;
  /** Gives back everything that the owner still holds, untouched. */
  release(owner: string): Promise<void>;
  /**
   * Takes over files of the pipeline whose claim ended without being given back as clean, each with a new fencing token, ordered
   * by path. What was left of them is to be looked at; then `recordOutcomes` (under the file's `run`) where that proves to be
   * published, else `clear`. Leases are kept by `renew` and end with `release`, like those of `claim`: what is released
   * counts as abandoned again.
   */
  claimAbandoned(request: AbandonedRequest): Promise<readonly AbandonedFile[]>;
  /** Gives claims back as clean, without keys and, unless it is asked for, intent. Returns the paths whose claim is lost: nothing was changed for them. */
  clear(owner: Owner, claims: readonly ClearedRow[]): Promise<ReadonlySet<string>>;
  /** Files of the pipeline whose claim ended without being given back as clean, up to `most`. */
  countAbandoned(pipelineId: number, most: number): Promise<number>;
  /**
   * Claims of the last seven days that ended in silence and were followed by another one. Their workers may have been frozen
   * alone and have left a draft since. Without those of files that somebody works on.
   */
  takenOver(pipelineId: number): Promise<readonly AbandonedClaim[]>;

  /**
   * Begins to take keys of rows for a file (`operations/keys.ts` says how). What earlier attempts at it took is free again; what
   * its published version has is no other file's, and does not stand in its way. Undefined where the claim is lost.
   */
  beginKeys(claimed: ClaimedFile): Promise<KeyHolder | undefined>;
  /** Takes those of the keys that are no other file's. */
  takeKeys(holder: KeyHolder, keys: readonly string[]): Promise<TakenKeys>;
  /** Before the file is published. Once complete, nobody takes a key away any more. */
  completeKeys(holder: KeyHolder, waitFor: ReadonlySet<number>): Promise<KeysCompleted>;
  /** Removes keys of files that were replaced or never published. Returns how many. */
  sweepKeys(pipelineId: number): Promise<number>;

  /**
   * Forgets runs that ended (or began, where they never ended) longer ago, with their batches and entries, and events that are
   * older. Checkpoints stay, and so do runs that somebody works on.
   */
  prune(pipelineId: number, keepMs: number): Promise<Pruned>;
  /** Gives the pipeline `old`, with all that is remembered of it, a new name. Throws `usage` where that cannot be. */
  takeOver(name: string, old: string): Promise<void>;

  /** Published files in the order of their paths' bytes, a page at a time. */
  files(pipelineId: number, filter: FileFilter): Promise<readonly FileRecord[]>;
  /** One of them; undefined where nothing of that path was published. */
  file(pipelineId: number, path: string): Promise<FileRecord | undefined>;
  /** How many there are in that folder, and their bytes at the target. */
  fileTotals(pipelineId: number, prefix: string): Promise<{ readonly files: number; readonly bytes: number }>;

  /** A file's events, oldest first. */
  events(pipelineId: number, path: string): Promise<readonly EventRecord[]>;
}

export interface Pruned {
  readonly runs: number;
  readonly events: number;
}

/** One that was taken over. */
export interface AbandonedClaim {
  readonly path: string;
  readonly run: string;
  readonly token: number;
}

export interface AbandonedRequest extends Owner {
  readonly leaseMs: number;
  readonly limit: number;
  /** Only paths behind this one. */
  readonly after: string | undefined;
  /** `ended`: of runs alone that nobody goes on with, because they ended, are forgotten or are seven days old. */
  readonly which: 'all' | 'ended';
}

/** A file that is claimed to look at what an earlier claim left. */
export interface AbandonedFile extends ClaimedRow {
  /** Whose worker had it last. */
  readonly run: string;
  /** As in `Claim`. */
  readonly abandoned: { readonly run: string; readonly token: number };
  readonly abandonedBefore: readonly { readonly run: string; readonly token: number }[];
  /** As that run planned it; undefined where that is forgotten. */
  readonly planned: (Candidate & { readonly reason: string }) | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly intent: unknown;
}

export interface ClaimedRow {
  readonly path: string;
  readonly token: number;
}

export interface ClearedRow extends ClaimedRow {
  readonly keepsIntent?: boolean;
}

export interface PlanTicket {
  readonly run: string;
  readonly pipelineId: number;
  readonly token: number;
}

export interface Owner {
  readonly pipelineId: number;
  readonly owner: string;
}

export interface ClaimOwner extends Owner {
  readonly run: string;
}

export interface EventRecord {
  readonly atMs: number;
  readonly run: string;
  /** `recovery`: claimed to look at what an earlier claim left. */
  readonly event: 'claimed' | 'recovery' | 'intent' | Outcome;
  readonly token: number;
  readonly detail: string;
}
