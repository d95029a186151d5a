/**
 * Masks literal tokens in the bytes.
 *
 * The last bytes of a piece are kept back only while they are the beginning of a token. Everything before them is decided
 * whatever follows, so the output doesn't depend on where pieces end.
 */

import { bytesFrom, noBytes, type Steps, textOf } from '../stepwise.ts';
import type { SavedState } from '../transform.ts';
import type { MaskOptions } from './mask.ts';
import { encoded, type TextEncoding, textCheck } from './text-encoding.ts';
import { type TokenFinder, tokenFinder } from './token-finder.ts';

interface Saved {
  readonly text: SavedState;
  readonly undecided: string;
}

/** Bounds what one step allocates: a short token with a long replacement makes far more bytes than it takes. */
const maxOutputBytes = 256 * 1024;

export function maskTokens(options: MaskOptions, saved: Saved | undefined): Steps {
  const { encoding, nul } = options;
  const masking: Masking = {
    finder: tokenFinder(options.token.map((token) => bytesOf(token, encoding))),
    replacement: bytesOf(options.replacement, encoding),
    keepLength: options.length === 'keep',
    severalBytes: encoding === 'utf-8',
  };
  const text = textCheck({ encoding, nul }, saved?.text);
  let undecided = saved === undefined ? noBytes : bytesFrom(saved.undecided);
  return {
    maxPieceBytes: Math.max(1, Math.floor(maxOutputBytes / growth(masking))),
    push(piece) {
      text.check(piece);
      const window = undecided.length === 0 ? piece : Buffer.concat([undecided, piece]);
      const { output, decided } = masked(window, masking, false);
      undecided = window.subarray(decided);
      return output;
    },
    end() {
      text.end();
      return masked(undecided, masking, true).output;
    },
    save: () => ({ text: text.save(), undecided: textOf(undecided) }),
  };
}

interface Masking {
  readonly finder: TokenFinder;
  readonly replacement: Uint8Array;
  /** Written once for every character instead of once. */
  readonly keepLength: boolean;
  /** Characters may have several bytes; all but the first are 10xxxxxx. */
  readonly severalBytes: boolean;
}

/** How many bytes of output a byte of input can become. */
function growth({ finder, replacement, keepLength }: Masking): number {
  return Math.max(1, keepLength ? replacement.length : replacement.length / finder.shortestBytes);
}

/** The output for the part of the window that is decided without the bytes after it; with `last` there are none. */
function masked(window: Uint8Array, masking: Masking, last: boolean): { output: Uint8Array; decided: number } {
  const { finder, replacement, keepLength } = masking;
  const decidedFrom = (start: number) => (last ? window.length : finder.undecided(window, start));
  let end = decidedFrom(0);
  let start = finder.find(window, 0, end);
  if (start === -1) return { output: window.subarray(0, end), decided: end };

  const output = Buffer.allocUnsafe(Math.ceil(window.length * growth(masking)));
  let written = 0;
  let done = 0;
  const copy = (from: Uint8Array, start: number, end: number) => {
    if (end - start > 64) output.set(from.subarray(start, end), written);
    else for (let index = start, to = written; index < end; index++, to++) output[to] = from[index] as number;
    written += end - start;
  };
  while (start !== -1) {
    copy(window, done, start);
    done = start + finder.lengthAt(window, start);
    const times = keepLength ? characters(window, start, done, masking) : 1;
    for (let time = 0; time < times; time++) copy(replacement, 0, replacement.length);
    if (done > end) end = decidedFrom(done);
    start = finder.find(window, done, end);
  }
  copy(window, done, end);
  return { output: output.subarray(0, written), decided: end };
}

function characters(bytes: Uint8Array, start: number, end: number, { severalBytes }: Masking): number {
  if (!severalBytes) return end - start;
  let count = 0;
  for (let index = start; index < end; index++) if (((bytes[index] as number) & 0xc0) !== 0x80) count++;
  return count;
}

function bytesOf(text: string, encoding: TextEncoding): Buffer {
  const bytes = encoded(text, encoding);
  if (bytes === undefined) throw new Error(`options were not checked: text that cannot be written in ${encoding}`);
  return bytes;
}
