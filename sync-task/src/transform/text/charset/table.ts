/**
 * Encodings that are tables: one byte for a character (ISO 8859, Windows, DOS, Macintosh), or up to four (Shift JIS, EUC, GBK, GB
 * 18030, Big5). iconv-lite has the tables, but says neither where a character is invalid nor how many bytes it keeps back. So its
 * decoder is asked once for every possible beginning, and the answers are kept: no output means that more bytes must follow,
 * U+FFFD that there is no such character.
 */
import iconv from 'iconv-lite';
import type { Character, Charset } from './charset.ts';
import { correct, type MultiBytes, type SingleBytes } from './corrections.ts';

/** What iconv-lite has in tables, unlike what only looks like an encoding (hex, base64, UTF-7). */
export function tableCharset(name: string): Charset | undefined {
  preferred(iconv);
  if (!iconv.encodingExists(name)) return undefined;
  const codec = iconv.getCodec(name) as object;
  if (!('decodeBuf' in codec) && !('decodeTables' in codec)) return undefined;
  const read = (bytes: Buffer) => iconv.decode(bytes, name, { stripBOM: false });
  const write = (text: string) => iconv.encode(text, name, { addBOM: false });
  correct(name, codec as SingleBytes | MultiBytes);
  // In tables U+FFFD marks bytes without a character.
  const canWrite = (text: string) => !text.includes('\ufffd') && read(write(text)) === text;
  const shared = { write, unicode: false, canWrite };
  const checked = (bytes: Buffer) => {
    const text = read(bytes);
    return text.includes('\ufffd') ? undefined : text;
  };
  if ('decodeBuf' in codec) {
    const readOne = (bytes: Buffer, start: number) => ({ bytes: 1, text: checked(bytes.subarray(start, start + 1)) });
    return { ...shared, whole: (bytes) => bytes.length, read: checked, readOne };
  }
  const lengths = characterLengths(name);
  return {
    ...shared,
    // Big5's Hong Kong characters: each of these two has a combined code with a mark that follows it.
    joining: /[Êê]$/u,
    whole(bytes) {
      let at = 0;
      while (at < bytes.length) {
        const length = lengths(bytes, at);
        if (length === 0) return at;
        at += Math.abs(length);
      }
      return at;
    },
    read: checked,
    readOne(bytes, start): Character {
      const length = lengths(bytes, start);
      if (length <= 0) return { bytes: 1, text: undefined };
      return { bytes: length, text: checked(bytes.subarray(start, start + length)) };
    },
  };
}

/** Writes U+5341 and U+5345 like Windows, iconv and WHATWG's Big5: each has two codes. */
function preferred(library: object): void {
  // iconv-lite loads them when a codec is asked for; they must be corrected before this one is.
  iconv.getCodec('utf8');
  const { encodings } = library as { encodings: Record<string, { encodeSkipVals?: readonly number[] }> };
  const { cp950 } = encodings;
  if (typeof cp950 === 'object') cp950.encodeSkipVals = [0xa2cc, 0xa2ce];
}

const MOST_BYTES = 4;

/** Length of the character at that position; -1 where there is none, 0 where more bytes must follow. */
function characterLengths(name: string): (bytes: Buffer, start: number) => number {
  const answer = (bytes: Buffer): number => {
    const text = iconv.getDecoder(name, { stripBOM: false }).write(bytes);
    if (text.includes('\ufffd')) return -1;
    return text === '' ? 0 : bytes.length;
  };
  const first = Int8Array.from({ length: 256 }, (_, byte) => answer(Buffer.of(byte)));
  const unknown = 9;
  const second = new Map<number, Int8Array>();
  const rest = new Map<string, number>();

  function afterTwo(bytes: Buffer, start: number): number {
    for (let length = 3; length <= Math.min(MOST_BYTES, bytes.length - start); length++) {
      const character = bytes.subarray(start, start + length);
      const key = character.toString('latin1');
      let known = rest.get(key);
      if (known === undefined) {
        known = answer(character);
        if (rest.size < 50_000) rest.set(key, known);
      }
      if (known !== 0) return known;
    }
    return 0;
  }

  return (bytes, start) => {
    const lead = bytes[start] as number;
    const length = first[lead] as number;
    if (length !== 0 || start + 1 >= bytes.length) return length;
    let row = second.get(lead);
    if (row === undefined) {
      row = new Int8Array(256).fill(unknown);
      second.set(lead, row);
    }
    const trail = bytes[start + 1] as number;
    if (row[trail] === unknown) row[trail] = answer(bytes.subarray(start, start + 2));
    const known = row[trail] as number;
    return known === 0 ? afterTwo(bytes, start) : known;
  };
}
