/** One form for every line end: CR LF, LF and CR each count as one, in any mixture. */
import { z } from 'zod';
import { noBytes, stepwise } from '../stepwise.ts';
import type { SavedState, Transform } from '../transform.ts';
import { encodingOption, type TextEncoding, textCheck } from './text-encoding.ts';
import { type NulRule, nulOption } from './wide-text.ts';

const forms = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;

interface Options {
  readonly to: keyof typeof forms;
  readonly encoding: TextEncoding;
  readonly nul: NulRule;
}

const CR = 0x0d;
const LF = 0x0a;

export const newline: Transform<Options> = {
  name: 'newline',
  version: 2,
  summary: 'turns every line end (CR LF, LF or CR) into one form',
  example: 'newline:to=lf@**/*.csv',
  options: z.strictObject({
    to: z.enum(['lf', 'crlf', 'cr']).default('lf').describe('the line end to write'),
    encoding: encodingOption,
    nul: nulOption,
  }),
  ...stepwise<Options, { readonly text: SavedState; readonly afterCr: boolean }>(({ to, encoding, nul }, saved) => {
    const text = textCheck({ encoding, nul }, saved?.text);
    const end = Buffer.from(forms[to]);
    /** The piece before ended in a CR whose line end is written already: a LF now belongs to it. */
    let afterCr = saved?.afterCr ?? false;
    return {
      push(piece) {
        text.check(piece);
        const from = afterCr && piece[0] === LF ? 1 : 0;
        if (piece.length > 0) afterCr = piece.at(-1) === CR;
        return withEnds(piece.subarray(from), end);
      },
      end() {
        text.end();
        return noBytes;
      },
      save: () => ({ text: text.save(), afterCr }),
      maxPieceBytes: 256 * 1024,
    };
  }),
};

function withEnds(piece: Uint8Array, end: Uint8Array): Uint8Array {
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  let cr = bytes.indexOf(CR);
  let lf = bytes.indexOf(LF);
  if (cr === -1 && (lf === -1 || (end.length === 1 && end[0] === LF))) return piece;
  const output = Buffer.allocUnsafe(piece.length * end.length);
  let written = 0;
  let start = 0;
  while (cr !== -1 || lf !== -1) {
    const at = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
    written += bytes.copy(output, written, start, at);
    for (const byte of end) output[written++] = byte;
    start = at + (bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1);
    if (cr !== -1 && cr < start) cr = bytes.indexOf(CR, start);
    if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
  }
  written += bytes.copy(output, written, start);
  return output.subarray(0, written);
}
