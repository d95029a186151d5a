/**
 * A transform changes a file's bytes on the way. It is one file here and one line in `registry.ts`.
 *
 * The contract: output depends on the bytes alone, never on how they were cut into chunks; memory is bounded whatever
 * the file's size; a chunk may be changed in place, because nobody else holds it. Input that the transform cannot take
 * (invalid in its encoding, say) throws a `SyncError` of kind `refused`, and the others go on.
 */
import type { z } from 'zod';

export type ByteStream = AsyncIterable<Uint8Array>;

export interface Transform<Options = unknown> {
  /** As in `--transform NAME:option=value`. */
  readonly name: string;
  /** Part of every file's fingerprint: raise it when the output for the same input changes. */
  readonly version: number;
  /** One line for `--help`. */
  readonly summary: string;
  readonly example: string;
  readonly options: z.ZodType<Options>;
  apply(input: ByteStream, options: Options, file: FileContext): ByteStream;
  /** The suffixes with which it may write aside, so that what a crash left of them is found. */
  asides?(options: Options): readonly string[];
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
  /** Adds to a count that is told with the file's outcome: `rows rejected`, 3. */
  note(counter: string, count: number): void;
}
