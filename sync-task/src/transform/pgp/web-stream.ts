/** Connects our streams to the web streams that openpgp uses. */
import { SyncError } from '../../base/errors.ts';
import type { ByteStream } from '../transform.ts';

/** The output of `work`. An error of the input comes out unchanged, whatever openpgp makes of it. */
export async function* throughOpenpgp(
  input: ByteStream,
  work: (input: ReadableStream<Uint8Array>) => Promise<AsyncIterable<Uint8Array | string>>,
  refusal: string,
): ByteStream {
  let ofInput: { readonly error: unknown } | undefined;
  async function* watched(): ByteStream {
    try {
      for await (const chunk of input) {
        // openpgp accepts only Uint8Array, and may keep a chunk for a while.
        if (chunk.length > 0) yield new Uint8Array(chunk);
      }
    } catch (error) {
      ofInput = { error };
      throw error;
    }
  }
  try {
    for await (const piece of await work(ReadableStream.from(watched()) as ReadableStream<Uint8Array>)) {
      if (piece.length > 0) yield typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
    }
  } catch (error) {
    if (ofInput) throw ofInput.error;
    if (error instanceof SyncError) throw error;
    const detail = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
    throw new SyncError(`${refusal} (${detail})`, { kind: 'refused', reason: 'pgp', cause: error });
  }
}
