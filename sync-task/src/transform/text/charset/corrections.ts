/**
 * Corrects iconv-lite's tables where they differ from the standard: WHATWG's for its names, GNU iconv's for the rest, Apple's for
 * what neither has. `charset-tables.test.ts` compares every code and every character, and lists the remaining differences with
 * reasons.
 */
import iconv from 'iconv-lite';

/** The characters of this code and of those after it; 0: the code has none. */
type Correction = readonly [code: number, ...points: readonly number[]];

/** GB 18030-2022 gave characters of their own to codes that were in the private use area. */
const gb18030: readonly Correction[] = [
  [0xa6d9, 0xfe10, 0xfe12, 0xfe11, 0xfe13, 0xfe14, 0xfe15, 0xfe16],
  [0xa6ec, 0xfe17, 0xfe18],
  [0xa6f3, 0xfe19],
  [0xfe59, 0x9fb4],
  [0xfe61, 0x9fb5],
  [0xfe66, 0x9fb6, 0x9fb7],
  [0xfe6d, 0x9fb8],
  [0xfe7e, 0x9fb9],
  [0xfe90, 0x9fba],
  [0xfea0, 0x9fbb],
];

/** By iconv-lite's name. */
const corrections: Readonly<Record<string, readonly Correction[]>> = {
  macintosh: [
    [0xbd, 0x3a9],
    [0xdb, 0x20ac],
    [0xf0, 0xf8ff],
  ],
  maccyrillic: [
    [0xa2, 0x490],
    [0xb6, 0x491],
    [0xff, 0x20ac],
  ],
  macgreek: [
    [0x9c, 0x20ac],
    [0xaf, 0xb7],
    [0xff, 0xad],
  ],
  maciceland: [
    [0xbd, 0x3a9],
    [0xdb, 0x20ac],
    [0xf0, 0xf8ff],
  ],
  macturkish: [
    [0xbd, 0x3a9],
    [0xf0, 0xf8ff],
    [0xf5, 0xf8a0],
  ],
  maccroatian: [
    [0xbd, 0x3a9],
    [0xd8, 0xf8ff],
    [0xdb, 0x20ac],
  ],
  macromania: [
    [0xaf, 0x218],
    [0xbd, 0x3a9],
    [0xbf, 0x219],
    [0xdb, 0x20ac],
    [0xde, 0x21a, 0x21b],
    [0xf0, 0xf8ff],
  ],
  koi8u: [
    [0xae, 0x45e],
    [0xbe, 0x40e],
  ],
  koi8ru: [
    [0x93, 0x201c],
    [0x96, 0x201d, 0x2014, 0x2116, 0x2122],
    [0x9b, 0xbb, 0xae, 0xab],
    [0x9f, 0xa4],
  ],
  cp856: [
    [0xee, 0x203e],
    [0xfa, 0x2022],
  ],
  cp922: [[0xaf, 0xaf]],
  cp1046: [
    [0x83, 0xfeb1, 0xfeb5, 0xfeb9, 0xfebd],
    [0xa1, 0xfe82, 0xfe84, 0xfe88],
    [0xa5, 0xfe8e],
    [0xd8, 0x638],
    [0xf6, 0x200b],
  ],
  cp1133: [
    [0xa0, 0],
    [0xff, 0xa0],
  ],
  shiftjis: [
    [0xf941, ...range(0xe69d, 62)],
    [0xf980, ...range(0xe6db, 125)],
  ],
  cp950: [
    [0x80, 0x80],
    [0xc6a1, ...range(0xf6b1, 94)],
    [0xc740, ...range(0xf70f, 63)],
    [0xc7a1, ...range(0xf74e, 94)],
    [0xc840, ...range(0xf7ac, 63)],
    [0xc8a1, ...range(0xf7eb, 94)],
  ],
  gbk: gb18030,
  gb18030,
};

/** The standard reads the private use area of Shift JIS, and never writes it. */
const readOnly = new Set(['shiftjis']);

/** The code that is written where a character has two. */
const written: Readonly<Record<string, readonly (readonly [point: number, code: number])[]>> = {
  eucjp: [[0xff5e, 0xa1c1]],
};

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

export interface SingleBytes {
  /** UTF-16, by byte. */
  readonly decodeBuf: Buffer;
  /** By UTF-16 unit. */
  readonly encodeBuf: Buffer;
}

/** A trie of bytes, and buckets of 256 characters. */
export interface MultiBytes {
  readonly decodeTables: number[][];
  readonly encodeTable: (number[] | undefined)[];
}

const corrected = new WeakSet<SingleBytes | MultiBytes>();

/** Changes the codec, once. `name` is iconv-lite's. */
export function correct(name: string, codec: SingleBytes | MultiBytes): void {
  if (corrected.has(codec)) return;
  corrected.add(codec);
  const own = ownName(name);
  const change = 'decodeBuf' in codec ? changeSingle : changeMulti;
  for (const [first, ...points] of corrections[own] ?? [])
    for (const [index, point] of points.entries()) change(codec as never, first + index, point, readOnly.has(own));
  if ('decodeBuf' in codec) preferAscii(codec);
  else for (const [point, code] of written[own] ?? []) write(codec, point, code);
}

/** Leaves out the tables for writing, and names that stand for another. */
function ownName(name: string): string {
  const { encodings } = iconv as unknown as { encodings: Readonly<Record<string, unknown>> };
  let own = name.toLowerCase().replace(/[^0-9a-z]/g, '');
  while (typeof encodings[own] === 'string') own = encodings[own] as string;
  return own === 'macroman' ? 'macintosh' : own;
}

function changeSingle({ decodeBuf, encodeBuf }: SingleBytes, byte: number, point: number): void {
  const before = decodeBuf.readUInt16LE(2 * byte);
  if (encodeBuf[before] === byte) encodeBuf[before] = 0x3f;
  decodeBuf.writeUInt16LE(point || 0xfffd, 2 * byte);
  if (point !== 0) encodeBuf[point] = byte;
}

/** ASCII's way to write a character, where there are two (ARMSCII-8). */
function preferAscii({ decodeBuf, encodeBuf }: SingleBytes): void {
  for (let byte = 0; byte < 0x80; byte++) if (decodeBuf.readUInt16LE(2 * byte) === byte) encodeBuf[byte] = byte;
}

/** A value from here on downwards refers to another table. */
const FIRST_TABLE = -1000;
const UNASSIGNED = -1;

/** The code's former character can still be written with `invalid=replace`, but is not read back as itself. */
function changeMulti(codec: MultiBytes, code: number, point: number, decodeOnly: boolean): void {
  const [root] = codec.decodeTables as [number[]];
  if (code > 0xff && root[code >> 8] === UNASSIGNED) {
    root[code >> 8] = FIRST_TABLE - codec.decodeTables.length;
    codec.decodeTables.push(new Array<number>(256).fill(UNASSIGNED));
  }
  const table = code < 0x100 ? root : codec.decodeTables[FIRST_TABLE - (root[code >> 8] as number)];
  if (table === undefined) throw new Error(`${code.toString(16)} is no code of two bytes`);
  table[code & 0xff] = point;
  if (!decodeOnly) write(codec, point, code);
}

function write({ encodeTable }: MultiBytes, point: number, code: number): void {
  encodeTable[point >> 8] ??= new Array<number>(256).fill(UNASSIGNED);
  (encodeTable[point >> 8] as number[])[point & 0xff] = code;
}
