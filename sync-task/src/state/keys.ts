/** Keys of rows, for `dedup` across runs: which file has which key. `sql/operations/keys.ts` explains the protocol. */

export interface ClaimedFile {
  readonly pipelineId: number;
  readonly path: string;
  readonly token: number;
}

/** An attempt at a file that takes keys. */
export interface KeyHolder {
  readonly pipelineId: number;
  readonly path: string;
  readonly id: number;
  /** Of two holders that want one key, the lower age gets it. */
  readonly age: number;
}

export interface TakenKeys {
  /** The keys that belong to another file. */
  readonly others: ReadonlySet<string>;
  /** Ids of the holders of some of these keys that are not published yet. */
  readonly waitFor: ReadonlySet<number>;
  /** An older holder took a key away: start the file again when `completeKeys` says so. */
  readonly lost: boolean;
}

export type KeysCompleted =
  | { readonly status: 'complete' }
  /** Ask again: another worker must settle this file first. */
  | { readonly status: 'wait'; readonly path: string }
  /** Start the file again: rows were left out, or kept, because of a file whose fate turned out otherwise. */
  | { readonly status: 'again' };

export interface KeyOperations {
  /**
   * Starts taking keys for a file. Frees the keys of earlier attempts at it; the keys of its published version stay reserved for it.
   * Undefined where the claim is lost.
   */
  beginKeys(claimed: ClaimedFile): Promise<KeyHolder | undefined>;
  /** Takes the keys that belong to no other file. */
  takeKeys(holder: KeyHolder, keys: readonly string[]): Promise<TakenKeys>;
  /** Call it before the file is published. After `complete` nobody can take its keys away. */
  completeKeys(holder: KeyHolder, waitFor: ReadonlySet<number>): Promise<KeysCompleted>;
  /** Removes the keys of files that were replaced or never published. Returns their number. */
  sweepKeys(pipelineId: number): Promise<number>;
}
