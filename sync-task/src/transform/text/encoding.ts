/**
 * Text from one encoding to another. Strict: text that is invalid in the one, or can't be written in the other, refuses the file
 * and says where, unless `invalid=replace` is given.
 */
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import { bytesFrom, noBytes, type Steps, stepwise, textOf } from '../stepwise.ts';
import type { Transform } from '../transform.ts';
import { byteOrderMark, type Charset } from './charset/charset.ts';
import { canonicalName, charset, isKnown, orderedByMark } from './charset/named.ts';
import { type NulRule, nulOption, type WideTextState, wideText } from './wide-text.ts';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly invalid: 'refuse' | 'replace';
  readonly bom: 'strip' | 'keep' | 'add';
  readonly nul: NulRule;
}

const encodingName = z
  .string()
  .transform(canonicalName)
  .refine(
    isKnown,
    'no such encoding; known are the names of the WHATWG standard and of iconv-lite, such as windows-1252',
  );

const options = z
  .strictObject({
    from: encodingName.describe('the encoding of the source, such as windows-1252, utf-16, shift_jis or cp850'),
    to: encodingName.prefault('utf-8').describe('the encoding of the target'),
    invalid: z
      .enum(['refuse', 'replace'])
      .default('refuse')
      .describe(
        'bytes without a character, or a character without bytes in the target encoding: refuse the file, or write U+FFFD, or "?" where the encoding lacks it',
      ),
    bom: z
      .enum(['strip', 'keep', 'add'])
      .default('strip')
      .describe('the byte order mark at the beginning; utf-16 and utf-32 as a target always have one'),
    nul: nulOption,
  })
  .check(({ value: { to, bom }, issues }) => {
    if (bom === 'add' && charset(to)?.unicode === false) {
      issues.push({ code: 'custom', path: ['bom'], input: undefined, message: `${to} cannot write a byte order mark` });
    }
  });

export const encoding: Transform<Options> = {
  name: 'encoding',
  version: 3,
  summary: 'converts text from one encoding to another, UTF-8 by default',
  details: `\`utf-16\` and \`utf-32\` as a source follow the byte order mark, little-endian without one. \`iso-8859-1\` and
\`us-ascii\` are meant literally, not as windows-1252. EBCDIC is cp037, cp273, cp500, cp1047 and cp1140. Not supported: iso-2022-jp, utf-7.`,
  example: 'encoding:from=windows-1252@*.csv',
  options,
  ...stepwise<Options, Saved>(recode),
};

type Saved = {
  readonly pending: string;
  readonly offset: number;
  readonly from: string;
  readonly begun: boolean;
  readonly held: string;
  readonly letters: WideTextState;
};

function recode({ from, to, invalid, bom, nul }: Options, saved: Saved | undefined): Steps {
  const target = charset(orderedByMark[to]?.[0] ?? to) as Charset;
  const addMark = bom === 'add' || to in orderedByMark;
  /** The beginning of a character, and its offset in the file. */
  let pending = saved === undefined ? noBytes : bytesFrom(saved.pending);
  let offset = saved?.offset ?? 0;
  let sourceName = saved?.from ?? from;
  /** The first character was seen. */
  let begun = saved?.begun ?? false;
  /** A character that may have to be written together with the next. */
  let held = saved?.held ?? '';
  const letters = wideText(saved?.letters);

  function convert(bytes: Buffer, last: boolean): Uint8Array {
    const [littleEndian, bigEndian] = orderedByMark[sourceName] ?? [];
    if (littleEndian !== undefined && bigEndian !== undefined) {
      if (bytes.length < 4 && !last) {
        pending = bytes;
        return noBytes;
      }
      const mark = charset(bigEndian)?.write(byteOrderMark) as Buffer;
      sourceName = bytes.subarray(0, mark.length).equals(mark) ? bigEndian : littleEndian;
    }
    const source = charset(sourceName) as Charset;
    const end = last ? bytes.length : source.whole(bytes);
    const nulAt = nul === 'refuse' && !wide.test(sourceName) ? letters.find(bytes.subarray(0, end)) : -1;
    if (nulAt !== -1) {
      // An earlier error comes first, however the text was cut.
      const before = bytes.subarray(0, nulAt);
      if (source.read(before) === undefined) readEach(source, before);
      throw letters.refusal(nulAt);
    }
    const whole = bytes.subarray(0, end);
    const text = (last && source.whole(bytes) < end ? undefined : source.read(whole)) ?? readEach(source, whole);
    const output = write(source, whole, text, last);
    pending = bytes.subarray(end);
    offset += end;
    return output;
  }

  /** Something here is invalid: says where, or puts U+FFFD in its place. */
  function readEach(source: Charset, bytes: Buffer): string {
    let text = '';
    for (let start = 0; start < bytes.length; ) {
      const character = source.readOne(bytes, start);
      if (character.text === undefined && invalid === 'refuse') {
        throw refused(`is not valid ${sourceName} at byte offset ${offset + start}`, 'from');
      }
      text += character.text ?? '\ufffd';
      start += character.bytes;
    }
    return text;
  }

  function write(source: Charset, bytes: Buffer, text: string, last: boolean): Uint8Array {
    let content = text;
    if (!begun && text !== '') {
      begun = true;
      if (text.startsWith(byteOrderMark) && (bom !== 'keep' || addMark)) content = text.slice(1);
      if (addMark) content = byteOrderMark + content;
    }
    content = held + content;
    held = last || target.joining === undefined ? '' : (target.joining.exec(content)?.[0] ?? '');
    content = content.slice(0, content.length - held.length);
    if (invalid === 'refuse' && !target.canWrite(content)) throw cannotWrite(source, bytes);
    return target.write(content);
  }

  function cannotWrite(source: Charset, bytes: Buffer): SyncError {
    for (let start = 0; start < bytes.length; ) {
      const { text = '', bytes: length } = source.readOne(bytes, start);
      if (!target.canWrite(text)) {
        const point = `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
        return refused(`has the character ${point} at byte offset ${offset + start}, which ${to} cannot write`, 'to');
      }
      start += length;
    }
    return refused(`has a character at byte offset ${offset} or later that ${to} cannot write`, 'to');
  }

  return {
    maxPieceBytes: 64 * 1024,
    push(piece) {
      return convert(pending.length === 0 ? asBuffer(piece) : Buffer.concat([pending, piece]), false);
    },
    end: () => convert(asBuffer(pending), true),
    save: () => ({ pending: textOf(pending), offset, from: sourceName, begun, held, letters: letters.save() }),
  };
}

/** Encodings in which a NUL is part of other characters. */
const wide = /^utf-(16|32)/;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function refused(what: string, option: 'from' | 'to'): SyncError {
  return new SyncError(
    `the text ${what}; give the right encoding with ${option}=…, write a substitute with invalid=replace, or exclude the file`,
    { kind: 'refused', reason: 'invalid-encoding' },
  );
}
