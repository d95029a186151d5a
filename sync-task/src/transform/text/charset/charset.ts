/**
 * Ways of writing text as bytes. Whole pieces are read and written at once, by Node or iconv-lite; only what turns out to be
 * wrong is looked at one character at a time, to say where it stands or to replace it.
 */

export interface Charset {
  /** How many of these bytes are whole characters; what follows is the beginning of one, a few bytes at most. */
  whole(bytes: Buffer): number;
  /** The text of whole characters; undefined where one of them is invalid. */
  read(bytes: Buffer): string | undefined;
  /** The one character at `start`; its text is undefined where it is invalid or cut off. At least one byte long. */
  readOne(bytes: Buffer, start: number): Character;
  /** What cannot be written becomes a "?", or U+FFFD where there is one. */
  write(text: string): Buffer;
  /** Every character can be written, and is read back as itself. */
  canWrite(text: string): boolean;
  /** Two characters can be written as one; this text could end in the first of them. */
  readonly joining?: RegExp;
  /** Can write every character, a byte order mark among them. */
  readonly unicode: boolean;
}

export interface Character {
  readonly bytes: number;
  readonly text: string | undefined;
}

export const byteOrderMark = '\ufeff';
