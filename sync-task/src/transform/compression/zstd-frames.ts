/**
 * Cuts Zstandard where its frames end (RFC 8878, section 3.1). Node's decompressor reads one frame and silently forgets what
 * follows in the same chunk: of a file of several frames (pzstd, `cat a.zst b.zst`) only the first would come out. Given chunks
 * that end with their frames it reads them all. On the way this sees how much memory a frame needs, before the decompressor does.
 */
import type { ByteStream } from '../transform.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

type Field = 'unknown' | 'magic' | 'skippable-size' | 'descriptor' | 'header' | 'block-header' | 'content' | 'checksum';

/** A part of one frame, or of bytes that are no frame. */
export interface FramePart {
  readonly bytes: Uint8Array;
  /** Only with the header, which comes in one part: how much of the output must stay in memory. */
  readonly windowBytes?: number;
}

/**
 * The same bytes; no part reaches from one frame into the next. Bytes that are no frame pass uncut, for the decompressor to
 * refuse.
 */
export async function* cutAtFrames(input: ByteStream): AsyncGenerator<FramePart> {
  const frames = frameWalker();
  let head: Uint8Array[] = [];
  for await (const chunk of input) {
    for (let start = 0; start < chunk.length; ) {
      const inHead = frames.inHead();
      const end = frames.walk(chunk, start);
      const bytes = chunk.subarray(start, end);
      start = end;
      if (!inHead) yield { bytes };
      else head.push(bytes);
      if (head.length === 0 || (frames.inHead() && !frames.atStart())) continue;
      yield { bytes: Buffer.concat(head), windowBytes: frames.windowBytes() };
      head = [];
    }
  }
  if (head.length > 0) yield { bytes: Buffer.concat(head) };
}

function frameWalker() {
  let field = 'magic' as Field;
  /** Bytes of the field that are still to come, and, for short fields, its value so far (little-endian). */
  let missing = 4;
  let value = 0;
  let shift = 0;
  let hasChecksum = false;
  let lastBlock = false;
  let descriptor = 0;
  let header: number[] = [];
  let window = 0;

  function expect(next: Field, bytes: number): void {
    field = next;
    missing = bytes;
    value = 0;
    shift = 0;
  }

  const contentSizeBytes = () => [(descriptor & 0x20) !== 0 ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;

  function windowOf(): number {
    const bytes = contentSizeBytes();
    const size = header.slice(header.length - bytes).reduceRight((sum, byte) => sum * 256 + byte, 0);
    const content = bytes === 0 ? Number.POSITIVE_INFINITY : bytes === 2 ? size + 256 : size;
    const [log = 0] = header;
    const bound = (descriptor & 0x20) !== 0 ? content : 2 ** (10 + (log >> 3)) * (1 + (log & 7) / 8);
    return Math.min(bound, content);
  }

  /** Ends a field. True where a part ends with it. */
  function advance(): boolean {
    switch (field) {
      case 'magic':
        if (value === MAGIC) expect('descriptor', 1);
        else if (value - (value % 16) === SKIPPABLE_MAGIC) expect('skippable-size', 4);
        else {
          expect('unknown', Number.POSITIVE_INFINITY);
          return true;
        }
        return false;
      case 'skippable-size':
        window = 0;
        lastBlock = true;
        hasChecksum = false;
        expect('content', value);
        return false;
      case 'descriptor': {
        descriptor = value;
        header = [];
        hasChecksum = (value & 0x04) !== 0;
        const dictionaryBytes = [0, 1, 2, 4][value & 3] as number;
        expect('header', ((value & 0x20) !== 0 ? 0 : 1) + dictionaryBytes + contentSizeBytes());
        return false;
      }
      case 'header':
        window = windowOf();
        expect('block-header', 3);
        return true;
      case 'block-header':
        lastBlock = (value & 1) === 1;
        expect('content', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        return false;
      case 'content':
        if (lastBlock && !hasChecksum) {
          expect('magic', 4);
          return true;
        }
        if (lastBlock) expect('checksum', 4);
        else expect('block-header', 3);
        return false;
      case 'checksum':
        expect('magic', 4);
        return true;
      case 'unknown':
        return false;
    }
  }

  return {
    windowBytes: () => window,
    /** Between the beginning of a frame and the end of its header. */
    inHead: () => field === 'magic' || field === 'descriptor' || field === 'header',
    /** Before a frame, or right after one. */
    atStart: () => field === 'magic' && missing === 4,
    /** Where the part that holds `start` ends, or the chunk. */
    walk(chunk: Uint8Array, start: number): number {
      let index = start;
      while (index < chunk.length) {
        const taken = Math.min(missing, chunk.length - index);
        if (field === 'header') header.push(...chunk.subarray(index, index + taken));
        else if (missing <= 4 && field !== 'content') {
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
