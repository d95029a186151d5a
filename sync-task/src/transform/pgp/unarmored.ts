/**
 * OpenPGP messages as text (RFC 9580, section 6.2): lines of Base64 between a first and a last line. openpgp reads them too, but
 * fails for some ways of cutting a stream. The checksum line is optional and, like in gpg, must be right where it is there.
 * Nothing is skipped: text before or after the message refuses the file, a second message too.
 */
import type { ByteStream } from '../transform.ts';

const MOST_LINE_CHARACTERS = 64 * 1024;

/** The message's bytes. Throws where there is no message, only a part of one, or something else. */
export async function* unarmored(input: ByteStream): ByteStream {
  let part: 'before' | 'headers' | 'body' | 'checksum' | 'after' = 'before';
  let digits = '';
  let padded = false;
  let crc = CRC_START;
  let wanted: string | undefined;

  function look(text: string): void {
    switch (part) {
      case 'before':
        if (text === '') return;
        if (text !== '-----BEGIN PGP MESSAGE-----') throw new Error('no OpenPGP message begins with its first line');
        part = 'headers';
        return;
      case 'headers':
        if (text === '') part = 'body';
        else if (!/^[^\s:]+: |^[^\s:]+:$/.test(text)) throw new Error('a header of the armored message is none');
        return;
      case 'body':
        if (text.startsWith('=')) {
          wanted = text.slice(1);
          part = 'checksum';
          return;
        }
        if (isEnd(text)) {
          part = 'after';
          return;
        }
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('a line of the armored message is no Base64');
        if (padded && text !== '') throw new Error('the armored message goes on behind its end');
        padded = padded || text.endsWith('=');
        digits += text;
        return;
      case 'checksum':
        if (text === '') return;
        if (!isEnd(text)) throw new Error('the armored message goes on behind its checksum');
        part = 'after';
        return;
      case 'after':
        if (text !== '') throw new Error('more follows behind the end of the armored message');
    }
  }

  for await (const lines of linesOf(input)) {
    for (const line of lines) look(line.trim());
    const ended = (part as string) === 'checksum' || (part as string) === 'after';
    const whole = ended ? digits.length : digits.length - (digits.length % 4);
    if (whole > 0) {
      const bytes = Buffer.from(digits.slice(0, whole), 'base64');
      crc = crc24(crc, bytes);
      yield bytes;
    }
    digits = digits.slice(whole);
  }
  const reached = part as string;
  if (reached === 'before') throw new Error('no OpenPGP message begins in it');
  if (reached !== 'after') throw new Error('the armored message is cut off');
  const found = Buffer.of(crc >>> 16, (crc >>> 8) & 0xff, crc & 0xff).toString('base64');
  if (wanted !== undefined && wanted !== found) throw new Error('the checksum of the armored message is wrong');
}

function isEnd(text: string): boolean {
  if (text === '-----END PGP MESSAGE-----') return true;
  if (text.startsWith('-')) throw new Error('the last line of the armored message is not that of a message');
  return false;
}

const CRC_START = 0xb704ce;

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 16;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc & 0x800000) !== 0 ? 0x1864cfb : 0);
  return crc & 0xffffff;
});

function crc24(start: number, bytes: Uint8Array): number {
  let crc = start;
  for (let at = 0; at < bytes.length; at++) {
    crc = ((crc << 8) & 0xffffff) ^ (crcTable[(crc >> 16) ^ (bytes[at] as number)] as number);
  }
  return crc;
}

/** Whole lines without their ends, as many at once as came. */
async function* linesOf(input: ByteStream): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE_CHARACTERS) throw new Error('a line is too long for an armored message');
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}
