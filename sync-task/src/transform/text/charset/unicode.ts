/** UTF-8, UTF-16 and UTF-32. Lone surrogates are invalid in all of them. */
import { isUtf8 } from 'node:buffer';
import type { Charset } from './charset.ts';

export const utf8: Charset = {
  unicode: true,
  whole(bytes) {
    for (let index = bytes.length - 1; index >= 0 && index >= bytes.length - 3; index--) {
      const byte = bytes[index] as number;
      if (byte < 0x80) break;
      if (byte >= 0xc0) return index + lengthFrom(byte) > bytes.length ? index : bytes.length;
    }
    return bytes.length;
  },
  read: (bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined),
  readOne(bytes, start) {
    const first = bytes[start] as number;
    const length = lengthFrom(first);
    let good = 1;
    // As in the encoding standard of browsers, the longest possible beginning of a character becomes one replacement.
    while (good < length && start + good < bytes.length && continues(bytes, start, good)) good++;
    if (first >= 0x80 && (length === 1 || good < length)) return { bytes: good, text: undefined };
    return { bytes: length, text: bytes.toString('utf8', start, start + length) };
  },
  write: (text) => Buffer.from(text, 'utf8'),
  canWrite: (text) => text.isWellFormed(),
};

function lengthFrom(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** Unicode's table 3-7: the first byte decides the range of the second. */
function continues(bytes: Buffer, start: number, index: number): boolean {
  const first = bytes[start] as number;
  const byte = bytes[start + index] as number;
  const lowest = index > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = index > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return byte >= lowest && byte <= highest;
}

export function utf16(littleEndian: boolean): Charset {
  const inOrder = (bytes: Buffer) => (littleEndian ? bytes : Buffer.from(bytes).swap16());
  const unit = (bytes: Buffer, at: number) => (littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  return {
    unicode: true,
    whole(bytes) {
      const even = bytes.length - (bytes.length % 2);
      return even >= 2 && isHighSurrogate(unit(bytes, even - 2)) ? even - 2 : even;
    },
    read(bytes) {
      const text = inOrder(bytes).toString('utf16le');
      return text.isWellFormed() ? text : undefined;
    },
    readOne(bytes, start) {
      if (start + 1 >= bytes.length) return { bytes: 1, text: undefined };
      const length = isHighSurrogate(unit(bytes, start)) && start + 3 < bytes.length ? 4 : 2;
      const text = inOrder(bytes.subarray(start, start + length)).toString('utf16le');
      return text.isWellFormed() ? { bytes: length, text } : { bytes: 2, text: undefined };
    },
    write: (text) => inOrder(Buffer.from(text, 'utf16le')),
    canWrite: (text) => text.isWellFormed(),
  };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

export function utf32(littleEndian: boolean): Charset {
  const codePoint = (bytes: Buffer, at: number) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const valid = (point: number) => point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return {
    unicode: true,
    whole: (bytes) => bytes.length - (bytes.length % 4),
    read(bytes) {
      let text = '';
      for (let at = 0; at < bytes.length; at += 4) {
        const point = codePoint(bytes, at);
        if (!valid(point)) return undefined;
        text += String.fromCodePoint(point);
      }
      return text;
    },
    readOne(bytes, start) {
      if (start + 4 > bytes.length) return { bytes: bytes.length - start, text: undefined };
      const point = codePoint(bytes, start);
      return { bytes: 4, text: valid(point) ? String.fromCodePoint(point) : undefined };
    },
    write(text) {
      const points = [...text];
      const bytes = Buffer.allocUnsafe(points.length * 4);
      for (const [index, character] of points.entries()) {
        const point = character.codePointAt(0) ?? 0;
        if (littleEndian) bytes.writeUInt32LE(point, index * 4);
        else bytes.writeUInt32BE(point, index * 4);
      }
      return bytes;
    },
    canWrite: (text) => text.isWellFormed(),
  };
}
