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
  apply(input: ByteStream, options: Options): ByteStream;
}
