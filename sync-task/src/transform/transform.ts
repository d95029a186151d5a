/**
 * A transform changes a file's bytes on the way. It is one file here and one line in `registry.ts`.
 *
 * The contract: output depends on the bytes alone, never on how they were cut into chunks; memory is bounded whatever
 * the file's size; a chunk may be changed in place, because nobody else holds it. Input that the transform cannot take
 * (invalid in its encoding, say) throws a `SyncError` of kind `refused`, and the others go on.
 */
import type { z } from 'zod';

export type ByteStream = AsyncIterable<Uint8Array>;

/** What JSON can hold, so that it can be kept in a database. */
export type SavedState =
  | null
  | boolean
  | number
  | string
  | readonly SavedState[]
  | { readonly [name: string]: SavedState };

export interface Transform<Options = unknown> {
  /** As in `--transform NAME:option=value`. */
  readonly name: string;
  /** Part of every file's fingerprint: raise it when the output for the same input, or the form of the saved state, changes. */
  readonly version: number;
  /** One line for lists. Options say what they mean in their schema, through `describe`. */
  readonly summary: string;
  /** What else a user should know: limits, memory, security. */
  readonly details?: string;
  readonly example: string;
  readonly options: z.ZodType<Options>;
  /** The target's file name where it is another one, as in `a.csv.gz` → `a.csv`. The folder stays. */
  outputName?(name: string, options: Options): string;
  /** Throws `usage` where something that the options name, such as a file with a key, can't be used. Called before any file. */
  prepare?(options: Options): Promise<void>;
  /** Its work is done in threads of Node's own, as compression is: another thread would not make it faster. */
  readonly threaded?: true;
  /** The suffixes with which it may write aside, so that what a crash left of them is found. */
  asides?(options: Options): readonly string[];
  /** It reads what somebody else packed: how much comes out of how little is limited. */
  readonly decodes?: true;
  /** How many shares of memory (`takeMemory`) it may hold at the same time, 0 unless it says so. */
  memoryShares?(options: Options): number;
  apply(input: ByteStream, options: Options, file: BoundedFile): ByteStream;
  /** Only where it can go on in the middle of a file: like `apply`, from the beginning or from what was saved. */
  resume?(input: ByteStream, options: Options, saved: SavedState | undefined): ResumableRun;
}

/** What a transform may use besides the bytes of the file that it changes. */
export interface FileContext {
  /** Relative to the source's root. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** A private folder on local disk, for what does not fit in memory; the same at every call, removed afterwards. */
  scratch(): Promise<string>;
  /**
   * Appends to a second file beside the target's file, `<path><suffix>`. It is published right before the file itself, and
   * never without it. The suffix must be one of the transform's `asides`. The bytes are no longer touched.
   */
  aside(suffix: string, bytes: Uint8Array): Promise<void>;
  /**
   * For each key (a short text, such as a digest) whether it is in this file alone among all that the pipeline published, in this
   * run or an earlier one. What the file takes it has for as long as it stands at the target as it is then made. `[]` says
   * that keys count, where there may be none. Many at once.
   */
  takeKeys(keys: readonly string[]): Promise<readonly boolean[]>;
  /** Adds to a count that is told with the file's outcome: `rows rejected`, 3. The chain says whose it is. */
  note(counter: string, count: number, transform?: string): void;
}

export interface BoundedFile extends FileContext {
  /**
   * Waits for a share of the memory that decoders have together, for what a file says that it needs. Resolves to what gives it back; at the
   * file's end that happens by itself. Throws `refused` where it is more than there is.
   */
  takeMemory(bytes: number, what: string): Promise<() => void>;
  /** Lets the rest of the process have its turn amid long work, and tells the watch that it goes on. */
  turn(): Promise<void>;
  /** All that there is. */
  readonly memoryBytes: number;
  /** Bytes that decoders may make of one byte of the source. */
  readonly maxExpansion: number;
}

export interface ResumableRun {
  readonly output: ByteStream;
  /**
   * Called only while `output` waits at a `yield`, or after its end. Another run that starts from the returned state and gets
   * exactly the input that was not yet pulled makes exactly the rest of the output. Small: kilobytes beside the chunk that
   * is being worked on.
   */
  save(): SavedState;
}
