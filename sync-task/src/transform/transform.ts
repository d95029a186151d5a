/**
 * A transform changes a file's bytes on the way from the source to the target. It is one file below this folder and one line in
 * `registry.ts`, or a module of the user's own (`own.ts`).
 *
 * What it promises:
 * - The output depends on the input's bytes and the options alone, never on how the input was cut into chunks. A retry starts
 *   the file again, so nothing may survive from one `apply` to the next.
 * - Memory stays bounded, whatever the file's size and content.
 * - Bad input (invalid in its encoding, say) throws a `SyncError` of kind `refused`. That file is refused, the others go on. Any error
 *   that a user's own transform throws counts as that.
 *
 * What it may rely on:
 * - A chunk of input belongs to it, and it may change the chunk in place. A chunk that it yields belongs to the receiver.
 * - The chain joins small chunks into blocks between transforms, so yielding small pieces is cheap enough.
 * - Large files run in worker threads, each with the module loaded anew: module-level state is per thread, and several files run at
 *   once in one thread.
 * - A watch refuses a file whose transform neither reads, yields, nor waits for its `FileContext` for ten seconds (five minutes for a
 *   user's own). Long work without output calls `turn`.
 */
import type { z } from 'zod';

export type ByteStream = AsyncIterable<Uint8Array>;

/** What JSON can hold: the state database keeps it. */
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
  /**
   * Part of the fingerprint: a new version processes every file again that the transform applies to. Raise it when the output for the
   * same input changes, or the form of the saved state.
   */
  readonly version: number;
  /** One line for lists. */
  readonly summary: string;
  /** What else a user should know: limits, memory, security. */
  readonly details?: string;
  readonly example: string;
  /** Each option says what it does, through `describe`. The parsed values are part of the fingerprint and must be JSON. */
  readonly options: z.ZodType<Options>;
  /** The file's name at the target, as in `a.csv.gz` → `a.csv`; absent: its own name. The folder never changes. */
  outputName?(name: string, options: Options): string;
  /** Called once before the first file. Throws `usage` where something that an option names, such as a key file, is unusable. */
  prepare?(options: Options): Promise<void>;
  /** Node does the work in threads of its own, as for compression: a worker thread would gain nothing. */
  readonly threaded?: true;
  /**
   * The suffixes of the side files it may write with `aside`. After a crash they tell where to look for drafts. Two transforms of
   * one file must not share a suffix. **A file with at least one suffix never resumes, `resume` or not**: what was written to a side
   * file is not part of a saved state, so a broken transfer starts that file again.
   */
  asides?(options: Options): readonly string[];
  /** It unpacks what somebody else packed: `--max-expansion` limits how much may come out of how little. */
  readonly decodes?: true;
  /** How many shares of `takeMemory` one file may hold at once; absent: 0. */
  memoryShares?(options: Options): number;
  apply(input: ByteStream, options: Options, file: BoundedFile): ByteStream;
  /**
   * Like `apply`, from the beginning (`saved` is undefined) or from a saved state. Present only where the transform can start in the
   * middle of a file. It gets no `BoundedFile`: a transform that needs one can't resume. A file resumes only where every transform
   * that applies to it does.
   */
  resume?(input: ByteStream, options: Options, saved: SavedState | undefined): ResumableRun;
}

/** What a transform may use besides the bytes of its file. */
export interface FileContext {
  /** Relative to the source's root. */
  readonly path: string;
  /** Aborted when the file is given up or the program stops. */
  readonly signal: AbortSignal;
  /** A private folder on local disk for what does not fit in memory. Every call returns the same one; it is removed afterwards. */
  scratch(): Promise<string>;
  /**
   * Appends to the side file `<path><suffix>`. It is published right before the file itself, and never without it. The suffix must be
   * one of the transform's `asides`. The bytes must not change afterwards.
   */
  aside(suffix: string, bytes: Uint8Array): Promise<void>;
  /**
   * Tells for each key (a short text, such as a digest) whether this file alone has it, among all files that the pipeline published in
   * this run or an earlier one. The file keeps its keys for as long as this version of it stands at the target. Pass many at once;
   * `[]` announces that keys count even where the file turns out to have none.
   */
  takeKeys(keys: readonly string[]): Promise<readonly boolean[]>;
  /** Adds to a counter that is reported with the file's outcome: `rows rejected`, 3. The chain fills in the transform's name. */
  note(counter: string, count: number, transform?: string): void;
}

export interface BoundedFile extends FileContext {
  /**
   * Waits for a share of the memory that all decoders have together, as large as the file's content asks for. Resolves to a function
   * that gives it back; the end of the file does so too. Throws `refused` where it exceeds the whole memory.
   */
  takeMemory(bytes: number, what: string): Promise<() => void>;
  /** Lets the rest of the process run during long work, and tells the watch that the work progresses. */
  turn(): Promise<void>;
  /** The memory that a share may take at most, in bytes. */
  readonly memoryBytes: number;
  /** How many bytes decoders may make of one byte of the source. */
  readonly maxExpansion: number;
}

export interface ResumableRun {
  readonly output: ByteStream;
  /**
   * Called only while `output` waits at a `yield`, or after its end. A run that starts from the returned state and gets exactly the
   * input that was not yet pulled makes exactly the rest of the output. Keep it small: kilobytes beside the chunk in work.
   */
  save(): SavedState;
}
