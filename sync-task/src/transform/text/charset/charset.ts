/**
 * Ways to write text as bytes. Node or iconv-lite read and write whole pieces. Only what is invalid is looked at character by
 * character, to say where it is or to replace it.
 */

export interface Charset {
  /** How many of these bytes are whole characters. The rest is the beginning of one, a few bytes at most. */
  whole(bytes: Buffer): number;
  /** The text of whole characters; undefined where one is invalid. */
  read(bytes: Buffer): string | undefined;
  /** The one character at `start`, at least one byte long. Its text is undefined where it is invalid or cut off. */
  readOne(bytes: Buffer, start: number): Character;
  /** Writes "?", or U+FFFD where there is one, for a character that it lacks. */
  write(text: string): Buffer;
  /** Every character can be written and is read back as itself. */
  canWrite(text: string): boolean;
  /** Two characters can be written as one, and this text could end in the first of them. */
  readonly joining?: RegExp;
  /** Has every character, including the byte order mark. */
  readonly unicode: boolean;
}

export interface Character {
  readonly bytes: number;
  readonly text: string | undefined;
}

export const byteOrderMark = '\ufeff';
