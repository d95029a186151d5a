/**
 * Masks bounded regular expressions, and tokens beside them, in the text.
 *
 * A match depends on at most `reach` characters from its start and on the one before. So every start with all of them in the
 * window is decided. The rest is kept for the next piece, with the character before it.
 */

import { bytesFrom, noBytes, type Steps, textOf } from '../stepwise.ts';
import type { SavedState } from '../transform.ts';
import { boundedPattern } from './bounded-pattern.ts';
import type { MaskOptions } from './mask.ts';
import { linearPattern, type Pattern } from './pattern/pattern.ts';
import { type TextEncoding, textCheck } from './text-encoding.ts';

interface Saved {
  readonly text: SavedState;
  readonly before: string;
  readonly undecided: string;
  readonly bytes: string;
}

export function maskPatterns(
  { token, pattern = [], replacement, length, encoding, nul }: MaskOptions,
  saved: Saved | undefined,
): Steps {
  const finder = finderOf(token, pattern);
  const reach = 2 * (1 + Math.max(...token.map((each) => each.length), ...pattern.map(mostCharacters)));
  const text = textCheck({ encoding, nul }, saved?.text);
  /** The last character that was written. */
  let before = saved?.before ?? '';
  let undecided = saved?.undecided ?? '';
  /** The beginning of a character. */
  let bytes = saved === undefined ? noBytes : bytesFrom(saved.bytes);

  /** The window begins with characters that were written before: they are seen, not written again. */
  function advance(more: string, last: boolean): Uint8Array {
    const window = before + undecided + more;
    let decided = last ? window.length : Math.max(before.length, window.length - reach);
    if (isLowSurrogate(window, decided)) decided--;
    let output = '';
    let done = before.length;
    for (const [start, end] of finder.matches(window, done, decided)) {
      const times = length === 'keep' ? [...window.slice(start, end)].length : 1;
      output += window.slice(done, start) + replacement.repeat(times);
      done = end;
    }
    decided = Math.max(decided, done);
    output += window.slice(done, decided);
    before = lastCharacter(window.slice(Math.max(0, decided - 2), decided));
    undecided = window.slice(decided);
    return written(output, encoding);
  }

  return {
    maxPieceBytes: Math.floor(
      Math.max(1, Math.min((256 * 1024) / Math.max(1, replacement.length), MOST_WORK / finder.steps)),
    ),
    push(piece) {
      text.check(piece);
      const whole = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
      const end = encoding === 'utf-8' ? endOfCharacters(whole) : whole.length;
      bytes = whole.subarray(end);
      return advance(read(whole.subarray(0, end), encoding), false);
    },
    end() {
      text.end();
      return advance('', true);
    },
    save: () => ({ text: text.save(), before, undecided, bytes: textOf(bytes) }),
  };
}

/** Steps in one go at worst: some tens of milliseconds. */
const MOST_WORK = 4_000_000;

const finders = new Map<string, Pattern>();
const MOST_FINDERS = 20;

/** Shared by all files: what it learned from one serves the next, and all use its memory. */
function finderOf(token: readonly string[], pattern: readonly string[]): Pattern {
  const source = [...literals(token), ...pattern.map((each) => `(?:${each})`)].join('|');
  let finder = finders.get(source);
  if (finder === undefined) {
    finder = linearPattern(source, true);
    if (finders.size < MOST_FINDERS) finders.set(source, finder);
  }
  return finder;
}

/** Longest first: the first alternative that matches wins. */
function literals(tokens: readonly string[]): string[] {
  const longestFirst = [...tokens].sort((one, other) => Buffer.byteLength(other) - Buffer.byteLength(one));
  return longestFirst.map((token) => token.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'));
}

function mostCharacters(source: string): number {
  const bounds = boundedPattern(source);
  if ('problem' in bounds) throw new Error('options were not checked: a pattern without bounds');
  return bounds.most;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function lastCharacter(text: string): string {
  return isLowSurrogate(text, text.length - 1) ? text : text.slice(-1);
}

function read(bytes: Uint8Array, encoding: TextEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return encoding === 'utf-8' ? buffer.toString('utf8') : buffer.toString('latin1');
}

function written(text: string, encoding: TextEncoding): Uint8Array {
  return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
}

/** Where an incomplete last character starts, else the end. The bytes are valid UTF-8 so far. */
export function endOfCharacters(bytes: Uint8Array): number {
  for (let index = bytes.length - 1; index >= 0 && index >= bytes.length - 3; index--) {
    const byte = bytes[index] as number;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return index + length > bytes.length ? index : bytes.length;
  }
  return bytes.length;
}
