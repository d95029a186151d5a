/** Limits how much may come out of how little: a few bytes can expand without end. */
import { SyncError } from '../../base/errors.ts';
import type { ByteStream } from '../transform.ts';

/** Every file may make this much. */
const ALWAYS_BYTES = 64 * 1024 * 1024;

export interface LimitedExpansion {
  /** Counts the file's own bytes. */
  input(input: ByteStream): ByteStream;
  /** Counts a decoder's output. Throws `refused`, reason `expansion`. */
  output(output: ByteStream): ByteStream;
}

/** @param most bytes out for one byte in */
export function limitedExpansion(most: number): LimitedExpansion {
  let read = 0;
  return {
    async *input(input) {
      for await (const chunk of input) {
        read += chunk.length;
        yield chunk;
      }
    },
    async *output(output) {
      let made = 0;
      for await (const chunk of output) {
        made += chunk.length;
        if (made > ALWAYS_BYTES && made > most * read) throw tooLarge(made, read, most);
        yield chunk;
      }
    },
  };
}

function tooLarge(made: number, read: number, most: number): SyncError {
  const size = `${Math.floor(made / 1024 ** 2)} MiB and more came out of ${Math.ceil(read / 1024)} KiB`;
  return new SyncError(
    `the file is decompressed to more than ${most} times its size (${size}); is it meant so? Then raise --max-expansion, or exclude the file`,
    { kind: 'refused', reason: 'expansion' },
  );
}
