/** From Node's streams to ours: the compressors of `node:zlib` are streams. */
import { type Transform as NodeTransform, pipeline, Readable } from 'node:stream';
import type { ByteStream } from '../transform.ts';

/**
 * The input through the stream, with its back pressure. Errors of either come out here; who stops reading stops both.
 */
export async function* throughStream(input: ByteStream, stream: NodeTransform): ByteStream {
  const source = Readable.from(input, { highWaterMark: 1 });
  // An error destroys the stream, and so reaches the loop below.
  pipeline(source, stream, () => undefined);
  for await (const chunk of stream) yield chunk as Uint8Array;
}

/**
 * The same bytes in blocks of one size. A compressor may cut its own blocks by how much it is given at once, so this is what
 * makes its output the same for every way of cutting the input, and spares it many small calls.
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
