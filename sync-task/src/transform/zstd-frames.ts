/**
 * Node's Zstandard decompressor reads a frame to its end and forgets what follows in the same chunk, without an error: of a
 * file made of several frames (pzstd, `cat a.zst b.zst`) only the first would come out. Given chunks that end where frames
 * end, it reads them all. So this walks over the frames, from one length to the next (RFC 8878, section 3.1), and cuts.
 */
import type { ByteStream } from './transform.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

type Field = 'unknown' | 'magic' | 'skippable-size' | 'descriptor' | 'header' | 'block-header' | 'content' | 'checksum';

/** The same bytes; no chunk reaches from one frame into the next. What is no frame passes uncut, for the decompressor to refuse. */
export async function* cutAtFrames(input: ByteStream): ByteStream {
  const frames = frameWalker();
  for await (const chunk of input) {
    for (let start = 0; start < chunk.length; ) {
      const end = frames.walk(chunk, start);
      yield chunk.subarray(start, end);
      start = end;
    }
  }
}

function frameWalker() {
  let field = 'magic' as Field;
  /** Bytes of the field that are still to come, and, of short fields, its value so far (little-endian). */
  let missing = 4;
  let value = 0;
  let shift = 0;
  let hasChecksum = false;
  let lastBlock = false;

  function expect(next: Field, bytes: number): void {
    field = next;
    missing = bytes;
    value = 0;
    shift = 0;
  }

  function endFrame(): true {
    expect('magic', 4);
    return true;
  }

  /** A field is complete. True where the frame is, too. */
  function advance(): boolean {
    switch (field) {
      case 'magic':
        if (value === MAGIC) expect('descriptor', 1);
        else if (value - (value % 16) === SKIPPABLE_MAGIC) expect('skippable-size', 4);
        else expect('unknown', Number.POSITIVE_INFINITY);
        break;
      case 'skippable-size':
        lastBlock = true;
        hasChecksum = false;
        expect('content', value);
        break;
      case 'descriptor': {
        const single = (value & 0x20) !== 0;
        hasChecksum = (value & 0x04) !== 0;
        const contentSizeBytes = [single ? 1 : 0, 2, 4, 8][value >> 6] as number;
        const dictionaryBytes = [0, 1, 2, 4][value & 3] as number;
        expect('header', (single ? 0 : 1) + dictionaryBytes + contentSizeBytes);
        break;
      }
      case 'header':
        expect('block-header', 3);
        break;
      case 'block-header':
        lastBlock = (value & 1) === 1;
        expect('content', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        break;
      case 'content':
        if (!lastBlock) expect('block-header', 3);
        else if (hasChecksum) expect('checksum', 4);
        else return endFrame();
        break;
      case 'checksum':
        return endFrame();
    }
    return false;
  }

  return {
    /** Where the frame ends in which `start` lies, or the chunk does. */
    walk(chunk: Uint8Array, start: number): number {
      let index = start;
      while (index < chunk.length) {
        const taken = Math.min(missing, chunk.length - index);
        if (missing <= 4 && field !== 'content') {
          for (let at = index; at < index + taken; at++, shift += 8) value += (chunk[at] as number) * 2 ** shift;
        }
        index += taken;
        missing -= taken;
        while (missing === 0) if (advance()) return index;
      }
      return chunk.length;
    },
  };
}
