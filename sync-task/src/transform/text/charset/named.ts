/** Charsets by the names of the encoding standard (WHATWG) or of iconv-lite. */
import type { Charset } from './charset.ts';
import { ebcdicCharset } from './ebcdic.ts';
import { tableCharset } from './table.ts';
import { utf8, utf16, utf32 } from './unicode.ts';

/** For these names the byte order mark at the beginning decides the order; without one it is little-endian. */
export const orderedByMark: Readonly<Record<string, readonly [littleEndian: string, bigEndian: string]>> = {
  'utf-16': ['utf-16le', 'utf-16be'],
  'utf-32': ['utf-32le', 'utf-32be'],
};

const unicode: Readonly<Record<string, () => Charset>> = {
  'utf-8': () => utf8,
  'utf-16le': () => utf16(true),
  'utf-16be': () => utf16(false),
  'utf-32le': () => utf32(true),
  'utf-32be': () => utf32(false),
};

const otherNames: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  ucs2: 'utf-16le',
  'ucs-2': 'utf-16le',
  utf32: 'utf-32',
  utf32le: 'utf-32le',
  utf32be: 'utf-32be',
  'x-mac-cyrillic': 'maccyrillic',
  'x-mac-ukrainian': 'macukraine',
};

const opened = new Map<string, Charset | undefined>();

/** One name for each charset: lower case, and `utf-8` for `utf8`. */
export function canonicalName(name: string): string {
  const lower = name.trim().toLowerCase().replaceAll('_', '-');
  return (
    otherNames[lower] ??
    lower.replace(
      /^(?:ibm|ebcdic)-?0?(037|37|273|500|1047|1140)$|^cp-?(037|37|273|500|1047|1140)$/,
      (_, ibm, cp) => `cp${(ibm ?? cp).padStart(3, '0')}`,
    )
  );
}

/** Undefined for an unknown name. Where the byte order mark decides, use one of the two names it stands for. */
export function charset(canonical: string): Charset | undefined {
  if (!opened.has(canonical))
    opened.set(canonical, unicode[canonical]?.() ?? ebcdicCharset(canonical) ?? tableCharset(canonical));
  return opened.get(canonical);
}

export function isKnown(canonical: string): boolean {
  return canonical in orderedByMark || charset(canonical) !== undefined;
}
