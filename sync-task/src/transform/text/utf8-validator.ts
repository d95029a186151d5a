/**
 * Validates UTF-8 that comes in pieces, and finds the same offset however it was cut.
 *
 * Node's `isUtf8` runs at many GB/s but takes whole texts and answers only yes or no. So it gets the middle of every chunk, which
 * starts and ends between two characters. A small automaton takes the few bytes before and after, and walks through the middle
 * only after a no, to find the offset.
 *
 * The automaton is Unicode's table 3-7 (well-formed UTF-8 byte sequences): the first byte decides how many bytes must follow and
 * the range of the next one. That alone excludes overlong forms, surrogates and everything above U+10FFFF. The offset reported is
 * that of the character's first byte, never of the byte that went wrong.
 */
import { isUtf8 } from 'node:buffer';

export interface Utf8Validator {
  /**
   * The offset, in the whole text, of the first invalid character; `undefined` where there is none so far. Keeps no reference.
   */
  check(chunk: Uint8Array): number | undefined;
  /** The offset of a character that the end of the text cut off. */
  end(): number | undefined;
  save(): Utf8State;
}

/** Bytes of the current character that must still follow, the range of the next, and where character and chunk start. */
export type Utf8State = readonly [
  missing: number,
  lowest: number,
  highest: number,
  characterOffset: number,
  chunkOffset: number,
];

export function utf8Validator(saved: Utf8State = [0, 0x80, 0xbf, 0, 0]): Utf8Validator {
  let [missing, lowest, highest, characterOffset, chunkOffset] = saved;

  /** Returns the offset of an invalid character. */
  function walk(chunk: Uint8Array, from: number, to: number): number | undefined {
    for (let index = from; index < to; index++) {
      const byte = chunk[index] as number;
      if (missing === 0) {
        characterOffset = chunkOffset + index;
        if (byte < 0x80) continue;
        if (byte < 0xc2 || byte > 0xf4) return characterOffset;
        missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
        highest = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
      } else {
        if (byte < lowest || byte > highest) return characterOffset;
        missing--;
        lowest = 0x80;
        highest = 0xbf;
      }
    }
    return undefined;
  }

  return {
    check(chunk) {
      const middle = missing === 0 ? 0 : Math.min(missing, chunk.length);
      const tail = Math.max(middle, startOfLastCharacter(chunk));
      let invalid = walk(chunk, 0, middle);
      if (invalid === undefined && !isUtf8(chunk.subarray(middle, tail))) invalid = walk(chunk, middle, tail);
      if (invalid === undefined) invalid = walk(chunk, tail, chunk.length);
      chunkOffset += chunk.length;
      return invalid;
    },
    end: () => (missing === 0 ? undefined : characterOffset),
    save: () => [missing, lowest, highest, characterOffset, chunkOffset],
  };
}

/** Where the chunk's last character starts, if it could be incomplete; otherwise the chunk's end. */
function startOfLastCharacter(chunk: Uint8Array): number {
  const earliest = Math.max(0, chunk.length - 3);
  for (let index = chunk.length - 1; index >= earliest; index--) {
    const byte = chunk[index] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return index;
  }
  return chunk.length;
}
