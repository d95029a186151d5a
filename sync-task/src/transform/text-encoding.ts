/**
 * What text transforms know about encodings. They work on bytes, so an encoding is used for two things alone: to write the
 * user's words as bytes, and to refuse a file that is not what it was declared to be, instead of changing it to garbage.
 *
 * All encodings here contain ASCII as it is, and none uses an ASCII byte inside of another character. That is what makes
 * working on bytes right: an encoding without it (UTF-16, Shift JIS) must not be added to this list.
 */
import { isAscii } from 'node:buffer';
import { z } from 'zod';
import { SyncError } from '../errors.ts';
import type { ByteStream } from './transform.ts';
import { utf8Validator } from './utf8-validator.ts';

export type TextEncoding = 'utf-8' | 'us-ascii' | 'latin1';

/** The transform option `encoding`. */
export const encodingOption = z
  .enum(['utf-8', 'us-ascii', 'latin1', 'iso-8859-1'])
  .default('utf-8')
  .transform((name): TextEncoding => (name === 'iso-8859-1' ? 'latin1' : name));

/** The text as bytes, `undefined` where the encoding has no way to write it. */
export function encoded(text: string, encoding: TextEncoding): Buffer | undefined {
  if (!text.isWellFormed()) return undefined;
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const highest = encoding === 'us-ascii' ? 0x7f : 0xff;
  for (const character of text) {
    if ((character.codePointAt(0) ?? 0) > highest) return undefined;
  }
  return Buffer.from(text, 'latin1');
}

/**
 * The same bytes, as long as they are valid. Throws `refused`, reason `invalid-encoding`, with the offset of the first
 * character that is not valid. That error may come after bytes of this very character were passed on.
 */
export function validated(input: ByteStream, encoding: TextEncoding): ByteStream {
  switch (encoding) {
    case 'latin1': // Every byte is a character.
      return input;
    case 'us-ascii':
      return validatedAscii(input);
    case 'utf-8':
      return validatedUtf8(input);
  }
}

async function* validatedAscii(input: ByteStream): ByteStream {
  let offset = 0;
  for await (const chunk of input) {
    if (!isAscii(chunk)) throw invalid('US-ASCII', offset + chunk.findIndex((byte) => byte > 0x7f), 'utf-8 or latin1');
    offset += chunk.length;
    yield chunk;
  }
}

async function* validatedUtf8(input: ByteStream): ByteStream {
  const validator = utf8Validator();
  for await (const chunk of input) {
    const at = validator.check(chunk);
    if (at !== undefined) throw invalid('UTF-8', at, 'latin1');
    yield chunk;
  }
  const at = validator.end();
  if (at !== undefined) throw invalid('UTF-8', at, 'latin1', ', where the file ends inside a character');
}

function invalid(encoding: string, offset: number, other: string, detail = ''): SyncError {
  return new SyncError(
    `the text is not valid ${encoding} at byte offset ${offset}${detail}; ` +
      `declare the right encoding with the transform's option encoding (${other}), or exclude the file`,
    { kind: 'refused', reason: 'invalid-encoding' },
  );
}
