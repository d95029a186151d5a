/**
 * Detects UTF-16 and UTF-32 without a byte order mark. Byte for byte such text is valid UTF-8 and valid in every encoding of one
 * byte, but no word can be found in it. The sign is a NUL on both sides of another byte: two letters of ASCII side by side, or a
 * line end. Single NULs, or a run of them, count as they are.
 */
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';

/** The transform option `nul`. */
export const nulOption = z
  .enum(['refuse', 'keep'])
  .default('refuse')
  .describe(
    'a text with a byte between two NULs, the sign of UTF-16 without a byte order mark: refuse the file, or accept it',
  );

export type NulRule = z.output<typeof nulOption>;

export interface WideText {
  /** The position of the second of the two NULs in this piece; -1 where there is none. */
  find(piece: Uint8Array): number;
  /** An error for what was found. */
  refusal(at: number): SyncError;
  save(): WideTextState;
}

/** The last two bytes, 1 where there was none, and how many came before the next piece. */
export type WideTextState = readonly [one: number, other: number, offset: number];

export function wideText(saved: WideTextState = [1, 1, 0]): WideText {
  let [one, other, offset] = saved;

  function find(piece: Uint8Array): number {
    const byteAt = (at: number) => (at >= 0 ? (piece[at] as number) : at === -1 ? other : one);
    for (let at = piece.indexOf(0); at !== -1; at = piece.indexOf(0, at + 1)) {
      if (byteAt(at - 1) !== 0 && byteAt(at - 2) === 0) return at;
    }
    if (piece.length > 0) [one, other] = [byteAt(piece.length - 2), byteAt(piece.length - 1)];
    offset += piece.length;
    return -1;
  }

  return {
    find,
    refusal: (at) =>
      new SyncError(
        `the text has NUL characters at byte offset ${offset + at - 2} and after the next byte, as UTF-16 and UTF-32 have them; ` +
          'convert it before, with encoding:from=utf-16le, say; or say nul=keep; or exclude the file',
        { kind: 'refused', reason: 'invalid-encoding' },
      ),
    save: () => [one, other, offset],
  };
}
