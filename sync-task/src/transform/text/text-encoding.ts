/**
 * The encodings of text transforms. They work on bytes and need an encoding for two things only: to write the user's words as
 * bytes, and to refuse a file that is not what it was declared to be, instead of changing it to garbage.
 *
 * Every encoding here contains ASCII unchanged, and none uses an ASCII byte inside another character. That makes working on bytes
 * right: an encoding without this property (UTF-16, Shift JIS) must not join the list.
 */
import { isAscii } from 'node:buffer';
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import type { ByteStream, SavedState } from '../transform.ts';
import { type Utf8State, utf8Validator } from './utf8-validator.ts';
import { type NulRule, type WideTextState, wideText } from './wide-text.ts';

export type TextEncoding = 'utf-8' | 'us-ascii' | 'latin1';

/** The transform option `encoding`. */
export const encodingOption = z
  .enum(['utf-8', 'us-ascii', 'latin1', 'iso-8859-1'])
  .default('utf-8')
  .describe('the encoding of the text; a file in another one is refused')
  .transform((name): TextEncoding => (name === 'iso-8859-1' ? 'latin1' : name));

/** The text as bytes, `undefined` where the encoding lacks a character. */
export function encoded(text: string, encoding: TextEncoding): Buffer | undefined {
  if (!text.isWellFormed()) return undefined;
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const highest = encoding === 'us-ascii' ? 0x7f : 0xff;
  for (const character of text) {
    if ((character.codePointAt(0) ?? 0) > highest) return undefined;
  }
  return Buffer.from(text, 'latin1');
}

/** Checks a text that comes in pieces. */
export interface TextCheck {
  /**
   * Throws `refused`, reason `invalid-encoding`, with the offset of the first invalid character, which may have begun in the
   * piece before.
   */
  check(piece: Uint8Array): void;
  /** Throws likewise where the text ends inside a character. */
  end(): void;
  save(): SavedState;
}

/** From the beginning of the text, or from another check's saved state. Refuses UTF-16 and UTF-32 unless they are allowed. */
export function textCheck({ encoding, nul = 'refuse' }: CheckedText, saved?: SavedState): TextCheck {
  const { wide: savedWide, inner: savedInner } = (saved ?? {}) as { wide?: WideTextState; inner?: SavedState };
  const inner = encodingCheck(encoding, savedInner);
  const wide = wideText(savedWide);
  return {
    check(piece) {
      const at = nul === 'refuse' ? wide.find(piece) : -1;
      // Reports the first fault, however the text was cut.
      inner.check(at === -1 ? piece : piece.subarray(0, at));
      if (at !== -1) throw wide.refusal(at);
    },
    end: () => inner.end(),
    save: () => ({ wide: wide.save(), inner: inner.save() }),
  };
}

export interface CheckedText {
  readonly encoding: TextEncoding;
  readonly nul?: NulRule;
}

function encodingCheck(encoding: TextEncoding, saved?: SavedState): TextCheck {
  switch (encoding) {
    case 'latin1': // Every byte is a character.
      return { check: () => undefined, end: () => undefined, save: () => null };
    case 'us-ascii':
      return asciiCheck(saved as number | undefined);
    case 'utf-8':
      return utf8Check(saved as Utf8State | undefined);
  }
}

function asciiCheck(saved = 0): TextCheck {
  let offset = saved;
  return {
    check(piece) {
      if (!isAscii(piece))
        throw invalid('US-ASCII', offset + piece.findIndex((byte) => byte > 0x7f), 'utf-8 or latin1');
      offset += piece.length;
    },
    end: () => undefined,
    save: () => offset,
  };
}

function utf8Check(saved: Utf8State | undefined): TextCheck {
  const validator = utf8Validator(saved);
  return {
    check(piece) {
      const at = validator.check(piece);
      if (at !== undefined) throw invalid('UTF-8', at, 'latin1');
    },
    end() {
      const at = validator.end();
      if (at !== undefined) throw invalid('UTF-8', at, 'latin1', ', where the file ends inside a character');
    },
    save: () => validator.save(),
  };
}

/** The same bytes, checked on the way; NULs are allowed. */
export async function* validated(input: ByteStream, encoding: TextEncoding): ByteStream {
  const text = textCheck({ encoding, nul: 'keep' });
  for await (const chunk of input) {
    text.check(chunk);
    yield chunk;
  }
  text.end();
}

function invalid(encoding: string, offset: number, other: string, detail = ''): SyncError {
  return new SyncError(
    `the text is not valid ${encoding} at byte offset ${offset}${detail}; ` +
      `declare the right encoding with the transform's option encoding (${other}), or exclude the file`,
    { kind: 'refused', reason: 'invalid-encoding' },
  );
}
