/** Runs bytes through Node's streams: the compressors of `node:zlib` are streams. */
import { type Transform as NodeTransform, pipeline, Readable } from 'node:stream';
import type { ByteStream } from '../transform.ts';

/** The input through the stream, with back pressure. Errors of either come out here; a reader that stops ends both. */
export async function* throughStream(input: ByteStream, stream: NodeTransform): ByteStream {
  const source = Readable.from(input, { highWaterMark: 1 });
  // An error destroys the stream, so the loop below throws it.
  pipeline(source, stream, () => undefined);
  for await (const chunk of stream) yield chunk as Uint8Array;
}

/**
 * The same bytes in blocks of one size. A compressor may cut its blocks by the size of its input chunks: equal blocks make its
 * output independent of them, and save many small calls.
 */
export async function* inBlocks(input: ByteStream, blockBytes: number): ByteStream {
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;
  for await (const chunk of input) {
    for (let start = 0; start < chunk.length; ) {
      const taken = Math.min(chunk.length - start, blockBytes - filled);
      block.set(chunk.subarray(start, start + taken), filled);
      start += taken;
      filled += taken;
      if (filled < blockBytes) continue;
      yield block;
      block = Buffer.allocUnsafeSlow(blockBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
