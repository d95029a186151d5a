/**
 * Writes a replacement for every occurrence of the given tokens, wherever they stand, also inside of words.
 *
 * Reading from the left, the first place where any token starts is replaced, by the longest token that fits there, and
 * the search goes on behind it. A chunk's last bytes are kept back only while they are the beginning of a token:
 * everything before them is decided, whatever comes next, so the output doesn't depend on where chunks end.
 */
import { z } from 'zod';
import { encoded, encodingOption, type TextEncoding, validated } from './text-encoding.ts';
import { type TokenFinder, tokenFinder } from './token-finder.ts';
import type { ByteStream, Transform } from './transform.ts';

interface Options {
  /** Sorted, each once: neither order nor repetition changes the output, so they must not change the fingerprint. */
  readonly token: readonly string[];
  readonly replacement: string;
  readonly encoding: TextEncoding;
}

const token = z.string().min(1, 'a token must not be empty');

const options = z
  .strictObject({
    token: z
      .preprocess(
        (value) => (typeof value === 'string' ? [value] : value),
        z.array(token, 'give at least one, as in token=password,token=secret').min(1, 'give at least one token'),
      )
      .transform((tokens) => [...new Set(tokens)].sort()),
    replacement: z.string().default('********'),
    encoding: encodingOption,
  })
  .check(({ value, issues }) => {
    // Tokens may be secrets: a message never shows one.
    const refuse = (path: string, what: string) =>
      issues.push({
        code: 'custom',
        path: [path],
        input: undefined,
        message: `${what} cannot be written in ${value.encoding}`,
      });
    if (value.token.some((text) => encoded(text, value.encoding) === undefined)) refuse('token', 'one of the tokens');
    if (encoded(value.replacement, value.encoding) === undefined) refuse('replacement', 'it');
  });

export const mask: Transform<Options> = {
  name: 'mask',
  version: 1,
  summary:
    'every occurrence of a token=… (repeatable) becomes replacement=… (default ********); encoding=utf-8 (default), us-ascii or latin1',
  example: 'mask:token=password,token=secret@**/*.txt',
  options,
  async *apply(input: ByteStream, { token: tokens, replacement, encoding }) {
    const finder = tokenFinder(tokens.map((text) => bytesOf(text, encoding)));
    const masking = { finder, replacement: bytesOf(replacement, encoding) };
    const sliceBytes = Math.max(1, Math.floor(maxOutputBytes / growth(masking)));
    let undecided: Uint8Array = new Uint8Array(0);
    for await (const chunk of validated(input, encoding)) {
      for (let start = 0; start < chunk.length; start += sliceBytes) {
        const slice = chunk.subarray(start, start + sliceBytes);
        const window = undecided.length === 0 ? slice : Buffer.concat([undecided, slice]);
        const { output, decided } = masked(window, masking, false);
        undecided = window.subarray(decided);
        if (output.length > 0) yield output;
      }
    }
    if (undecided.length > 0) yield masked(undecided, masking, true).output;
  },
};

/** Bounds what one step allocates: a short token with a long replacement makes far more bytes than it takes. */
const maxOutputBytes = 256 * 1024;

interface Masking {
  readonly finder: TokenFinder;
  readonly replacement: Uint8Array;
}

/** How many bytes of output a byte of input can become. */
function growth({ finder, replacement }: Masking): number {
  return Math.max(1, replacement.length / finder.shortestBytes);
}

/** The output for as much of the window as is decided without the bytes that follow it; with `last`, none do. */
function masked(window: Uint8Array, masking: Masking, last: boolean): { output: Uint8Array; decided: number } {
  const { finder, replacement } = masking;
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
    copy(replacement, 0, replacement.length);
    done = start + finder.lengthAt(window, start);
    if (done > end) end = decidedFrom(done);
    start = finder.find(window, done, end);
  }
  copy(window, done, end);
  return { output: output.subarray(0, written), decided: end };
}

function bytesOf(text: string, encoding: TextEncoding): Buffer {
  const bytes = encoded(text, encoding);
  if (bytes === undefined) throw new Error(`options were not checked: text that cannot be written in ${encoding}`);
  return bytes;
}
