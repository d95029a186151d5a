/**
 * Every encoding that is a table, held against another implementation code by code: Node's ICU (`TextDecoder`) for names of
 * the encoding standard, GNU iconv for the rest. What may differ is listed with its reason, and must differ.
 */
import { spawnSync } from 'node:child_process';
import iconv from 'iconv-lite';
import type { Charset } from '../../src/transform/text/charset/charset.ts';
import { canonicalName, charset } from '../../src/transform/text/charset/named.ts';

export interface Exception {
  /** What differs: `81=-/81` is a code, what we read (or refuse, `-`) and what the reference reads; points of characters. */
  readonly pattern: RegExp;
  readonly reason: string;
}

export interface Reference {
  readonly name: string;
  readonly tool: 'ICU' | 'GNU iconv';
  /** As the tool calls it. */
  readonly label: string;
  readonly exceptions: readonly Exception[];
}

const unassigned: Exception = {
  pattern: /^[89a-f][0-9a-f]=-\/[89][0-9a-f]$/,
  reason: 'the standard puts C1 control characters where a table has nothing; such a byte refuses the file',
};
const control: Exception = {
  pattern: /^(1a|1c|7f)=(1a\/1c|1c\/7f|7f\/1a|1c\/1a|7f\/1c|1a\/7f)$/,
  reason: 'the tool swaps three control characters as IBM PCs did; ASCII stays what it is, as the standard has it',
};
const oldGreek: Exception = {
  pattern: /^c6=2206\/394$/,
  reason: "the standard and Apple have U+2206, glibc has RFC 1345's U+0394",
};

const icu: readonly (readonly [name: string, ...exceptions: Exception[]])[] = [
  ['ibm866'],
  ['iso-8859-2'],
  ['iso-8859-3'],
  ['iso-8859-4'],
  ['iso-8859-5'],
  ['iso-8859-6'],
  ['iso-8859-7'],
  ['iso-8859-8'],
  ['iso-8859-10'],
  ['iso-8859-13'],
  ['iso-8859-14'],
  ['iso-8859-15'],
  ['iso-8859-16'],
  ['koi8-r'],
  ['koi8-u'],
  ['macintosh'],
  ['windows-874', unassigned],
  ['windows-1250', unassigned],
  ['windows-1251', unassigned],
  ['windows-1252', unassigned],
  ['windows-1253', unassigned],
  ['windows-1254', unassigned],
  ['windows-1255', unassigned],
  ['windows-1256'],
  ['windows-1257', unassigned],
  ['windows-1258', unassigned],
  ['x-mac-cyrillic'],
  ['gbk'],
  ['gb18030'],
  ['shift_jis', control, { pattern: /^80=80\/-$/, reason: 'the standard reads the byte 80 as U+0080, ICU as nothing' }],
  [
    'euc-jp',
    unassigned,
    { pattern: /^(8ee[0-2](..)?|8ff3[ab][0-9a-f])=-\/./, reason: "IBM's additions, which the standard does not have" },
  ],
];

const gnu: readonly (readonly [name: string, label: string, ...exceptions: Exception[]])[] = [
  ...['037', '273', '500', '1047', '1140'].map((page) => [`cp${page}`, `IBM${page}`] as const),
  ...['437', '737', '775', '850', '852', '855', '857', '858', '860', '861', '862', '863', '864', '865', '869'].map(
    (page) => [`cp${page}`, `CP${page}`] as const,
  ),
  ['cp856', 'CP856', control],
  ['cp922', 'CP922'],
  ['cp1046', 'CP1046'],
  ['cp1124', 'CP1124'],
  ['cp1125', 'CP1125'],
  ['cp1129', 'CP1129'],
  ['cp1133', 'CP1133', { pattern: /^df=20ad\/6b$/, reason: 'the kip sign, for which glibc has a k' }],
  ['cp1161', 'CP1161', control],
  ['cp1162', 'CP1162'],
  ['cp1163', 'CP1163'],
  ['iso-8859-1', 'ISO-8859-1'],
  ['iso-8859-9', 'ISO-8859-9'],
  ['iso-8859-11', 'ISO-8859-11'],
  ['us-ascii', 'US-ASCII'],
  ['tis-620', 'TIS-620'],
  ['koi8-ru', 'KOI8-RU'],
  ['koi8-t', 'KOI8-T'],
  ['armscii-8', 'ARMSCII-8'],
  ['georgian-academy', 'GEORGIAN-ACADEMY'],
  ['georgian-ps', 'GEORGIAN-PS'],
  ['pt154', 'PT154'],
  ['rk1048', 'RK1048'],
  ['hp-roman8', 'HP-ROMAN8'],
  ['mik', 'MIK'],
  ['viscii', 'VISCII'],
  ['tcvn', 'TCVN'],
  ['iso646cn', 'CN'],
  ['iso646jp', 'JP'],
  ['maccenteuro', 'MAC-CENTRALEUROPE'],
  ['macukraine', 'MAC-UK'],
  [
    'macroman',
    'MACINTOSH',
    oldGreek,
    { pattern: /^f0=f8ff\/e01e$/, reason: "Apple's sign, where Apple and the standard have it" },
  ],
  ['cp936', 'CP936'],
  ['cp949', 'UHC'],
  ['euc-kr', 'UHC'],
  ['cp950', 'CP950'],
];

/** Big5 is nobody's but the standard's: ICU has another one, and glibc has that of Hong Kong, with other marks. */
const big5: readonly Exception[] = [
  {
    pattern: /^(80|a1..|a2..|a3[c-e].|f9f.)=/,
    reason: "the standard has Microsoft's marks, glibc those of Unicode's first table",
  },
  {
    pattern: /^(9def|9dfb|a0dc|9975|90c4|fbfd|fcd3|fec1|c6..|c8..|c969|fb48|fbf9|fc6c|fe52)=/,
    reason: 'characters that have two codes; the standard says which is written',
  },
];

export const references: readonly Reference[] = [
  ...icu.map(([name, ...exceptions]) => ({ name, tool: 'ICU', label: name, exceptions }) as const),
  ...gnu.map(([name, label, ...exceptions]) => ({ name, tool: 'GNU iconv', label, exceptions }) as const),
  { name: 'big5', tool: 'GNU iconv', label: 'BIG5-HKSCS', exceptions: big5 },
];

export interface Compared {
  /** How many codes and characters. */
  readonly cases: number;
  readonly differences: readonly string[];
}

/** Throws where the tool does not know the name. */
export function compared({ name, tool, label }: Reference): Compared {
  const ours = charset(canonicalName(name));
  if (ours === undefined) throw new Error(`${name} is not known`);
  const several = Buffer.of(0xb0).length !== ours.whole(Buffer.of(0xb0));
  if (tool === 'ICU') return comparedWithIcu(ours, label, several);
  return several ? charactersOfIconv(ours, label) : bytesOfIconv(ours, label);
}

/** All codes; for GB 18030 all characters, whose codes of four bytes are too many. */
function comparedWithIcu(ours: Charset, label: string, several: boolean): Compared {
  const decoder = new TextDecoder(label, { fatal: true });
  const differences: string[] = [];
  let cases = 0;
  function compare(code: Buffer): void {
    cases++;
    const known = ours.readOne(code, 0);
    const text = known.bytes === code.length ? known.text : undefined;
    const theirs = orUndefined(() => decoder.decode(code));
    if (text !== theirs) differences.push(differenceOf(code, text, theirs));
  }
  for (const code of codesOf(ours, several ? 3 : 1)) compare(code);
  if (label === 'gb18030') {
    for (const character of characters()) if (ours.canWrite(character)) compare(ours.write(character));
  }
  return { cases, differences };
}

function* codesOf(ours: Charset, most: number, lead: readonly number[] = []): Generator<Buffer> {
  for (let byte = 0; byte < 256; byte++) {
    const code = Buffer.from([...lead, byte]);
    if (ours.whole(code) === code.length) yield code;
    else if (most > 1) yield* codesOf(ours, most - 1, [...lead, byte]);
  }
}

function* characters(): Generator<string> {
  for (let point = 0x80; point < 0x30000; point++)
    if (point < 0xd800 || point > 0xdfff) yield String.fromCodePoint(point);
}

/** Every byte, each on a line of its own. */
function bytesOfIconv(ours: Charset, label: string): Compared {
  const end = iconvOf('UTF-8', label, Buffer.from('\n'))[0] as number;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== end);
  const lines = linesOf(iconvOf(label, 'UTF-8', Buffer.from(bytes.flatMap((byte) => [byte, end]))));
  if (lines.length !== bytes.length && ours.read(Buffer.of(10)) !== '\n')
    throw new Error(`iconv made ${lines.length} lines of ${bytes.length} bytes of ${label}`);
  const differences = bytes.flatMap((byte, index) => {
    const text = ours.read(Buffer.of(byte));
    const theirs = lines[index] === '' ? undefined : Buffer.from(lines[index] as string, 'latin1').toString();
    const same =
      text === theirs && (text === undefined || ours.write(text).equals(Buffer.of(byte)) || isDouble(ours, text));
    return same ? [] : [differenceOf(Buffer.of(byte), text, theirs)];
  });
  return { cases: bytes.length, differences };
}

/** A character with two codes is written as one of them. */
function isDouble(ours: Charset, text: string): boolean {
  return ours.read(ours.write(text)) === text;
}

/** Every character, each on a line of its own: as what it is written, and what is read from that. */
function charactersOfIconv(ours: Charset, label: string): Compared {
  const all = [...characters()];
  const output = iconvOf('UTF-8', label, Buffer.from(all.map((character) => `${character}\n`).join('')));
  const lines = linesOf(output);
  const differences = all.flatMap((character, index) => {
    const theirs = Buffer.from(lines[index] as string, 'latin1');
    const written = ours.canWrite(character) ? ours.write(character) : Buffer.alloc(0);
    const back = theirs.length === 0 ? character : ours.read(theirs);
    if (written.equals(theirs) && back === character) return [];
    return [differenceOf(theirs.length === 0 ? written : theirs, back, character)];
  });
  return { cases: all.length, differences };
}

function linesOf(output: Buffer): string[] {
  return output.toString('latin1').split('\n').slice(0, -1);
}

/** GNU iconv leaves out what it can't convert. */
function iconvOf(from: string, to: string, input: Buffer): Buffer {
  const { stdout, status, stderr } = spawnSync('iconv', ['-c', '-f', from, '-t', to], { input, maxBuffer: 2 ** 28 });
  if (status === null || /not supported|unsupported/.test(stderr.toString()))
    throw new Error(`iconv from ${from} to ${to}: ${stderr}`);
  return stdout;
}

function differenceOf(code: Buffer, ours: string | undefined, theirs: string | undefined): string {
  return `${code.toString('hex')}=${pointsOf(ours)}/${pointsOf(theirs)}`;
}

function pointsOf(text: string | undefined): string {
  if (text === undefined) return '-';
  return [...text].map((character) => character.codePointAt(0)?.toString(16)).join('+');
}

function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** Names of tables that are in no row above, one for each table. */
export function namesWithoutReference(): string[] {
  const compared = new Set(references.map(({ name }) => codecOf(canonicalName(name))));
  const { encodings } = iconv as unknown as { encodings: Readonly<Record<string, unknown>> };
  const left = new Map<unknown, string>();
  for (const [name, definition] of Object.entries(encodings)) {
    if (typeof definition === 'string' || charset(canonicalName(name)) === undefined) continue;
    const codec = codecOf(name);
    if (codec !== undefined && !compared.has(codec) && !left.has(codec)) left.set(codec, name);
  }
  return [...left.values()].sort();
}

function codecOf(name: string): object | undefined {
  const codec = orUndefined(() => iconv.getCodec(name) as object);
  return codec !== undefined && ('decodeBuf' in codec || 'decodeTables' in codec) ? codec : undefined;
}
