/**
 * Bytes as text, strictly: invalid UTF-8 refuses the file. A byte order mark at the beginning is dropped.
 *
 * The error comes like a piece of text, after all text before it, so that readers find the same first error however the bytes
 * were cut: a bad row before an invalid byte is always the bad row.
 */
import { StringDecoder } from 'node:string_decoder';
import { SyncError } from '../../base/errors.ts';
import { utf8Validator } from '../text/utf8-validator.ts';
import type { ByteStream } from '../transform.ts';

export interface TextPiece {
  readonly text: string;
  /** Nothing follows this piece: the text has ended, or goes on with `failure`. */
  readonly last: boolean;
  readonly failure: SyncError | undefined;
}

export async function* decodedText(input: ByteStream): AsyncGenerator<TextPiece> {
  const validator = utf8Validator();
  const decoder = new StringDecoder('utf8');
  let offset = 0;
  let atStart = true;
  const piece = (text: string, last: boolean, failure?: SyncError): TextPiece => {
    const withoutMark = atStart && text.startsWith('\ufeff') ? text.slice(1) : text;
    if (text !== '') atStart = false;
    return { text: withoutMark, last, failure };
  };

  for await (const chunk of input) {
    const invalid = validator.check(chunk);
    if (invalid !== undefined) {
      const valid = chunk.subarray(0, Math.max(0, invalid - offset));
      yield piece(decoder.write(valid), true, notUtf8(invalid));
      return;
    }
    offset += chunk.length;
    yield piece(decoder.write(chunk), false);
  }
  const invalid = validator.end();
  yield piece('', true, invalid === undefined ? undefined : notUtf8(invalid));
}

function notUtf8(offset: number): SyncError {
  return new SyncError(
    `the text is not valid UTF-8 at byte offset ${offset}; convert it to UTF-8 before, or exclude the file`,
    { kind: 'refused', reason: 'invalid-encoding' },
  );
}
