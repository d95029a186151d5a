/**
 * OpenPGP messages as text (RFC 9580, section 6.2): lines of Base64 between a first and a last line. openpgp reads them
 * too, but fails on some ways of cutting a stream. The checksum line is optional and weaker than what the message has inside.
 */
import type { ByteStream } from '../transform.ts';

const MOST_LINE_CHARACTERS = 64 * 1024;

/** The bytes of the first message in the text. Throws where there is none, or not all of it. */
export async function* unarmored(input: ByteStream): ByteStream {
  let part: 'before' | 'headers' | 'body' | 'after' = 'before';
  let digits = '';
  for await (const lines of linesOf(input)) {
    for (const line of lines) {
      const text = line.trim();
      if (part === 'before') part = text === '-----BEGIN PGP MESSAGE-----' ? 'headers' : 'before';
      else if (part === 'headers') part = text === '' ? 'body' : 'headers';
      else if (part === 'body' && text.startsWith('-----END ')) part = 'after';
      else if (part === 'body' && !text.startsWith('=')) {
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('a line of the armored message is no Base64');
        digits += text;
      }
    }
    const whole = part === 'after' ? digits.length : digits.length - (digits.length % 4);
    if (whole > 0) yield Buffer.from(digits.slice(0, whole), 'base64');
    digits = digits.slice(whole);
  }
  if (part === 'before') throw new Error('no OpenPGP message begins in it');
  if (part !== 'after') throw new Error('the armored message is cut off');
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
