/** JSON lines: one object a line. Reads them with their numbers, and flattens them for a table. */
import type { SyncError } from '../../base/errors.ts';
import type { ByteStream } from '../transform.ts';
import { decodedText } from './decode-text.ts';
import { jsonKeys } from './json-keys.ts';
import { refusedRow } from './table.ts';

export interface Fields {
  /** In the file's order. */
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Lines {
  /** The first line's number. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** The lines, one batch for each chunk. Throws `refused` for a line that is too long. */
export async function* readLines(input: ByteStream, maxBytes: number): AsyncGenerator<Lines> {
  let first = 1;
  let parts: string[] = [];
  /** Bytes of the unfinished line. */
  let waiting = 0;
  for await (const { text, last, failure } of decodedText(input)) {
    const end = text.lastIndexOf('\n') + 1;
    let lines: string[] = [];
    if (end > 0) {
      lines = (parts.join('') + text.slice(0, end - 1)).split('\n');
      parts = [];
      waiting = 0;
    }
    parts.push(text.slice(end));
    waiting += Buffer.byteLength(parts.at(-1) ?? '');
    if (last && !failure && waiting > 0) {
      lines.push(parts.join(''));
      waiting = 0;
    }
    const long = lines.findIndex((line) => isLonger(line, maxBytes));
    const good = long === -1 ? lines : lines.slice(0, long);
    if (good.length > 0) yield { first, lines: good };
    first += good.length;
    if (long !== -1 || waiting > maxBytes) throw tooLong(first, maxBytes);
    if (failure) throw failure;
  }
}

function isLonger(line: string, maxBytes: number): boolean {
  return line.length * 3 > maxBytes && Buffer.byteLength(line) > maxBytes;
}

function tooLong(number: number, maxBytes: number): SyncError {
  return refusedRow(number, `it is longer than ${maxBytes} bytes; raise max-record-bytes, or exclude the file`);
}

/** A fraction, an exponent or many digits: `1.10` and `12345678901234567890` would come back with other digits. */
const mayLoseDigits = /\d[.eE]|\d{16}/;

/** TypeScript's library lacks it. */
const raw = JSON as unknown as {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { rawJSON: string };
};

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? raw.rawJSON(context.source) : value;
}

/** The object of a line, undefined for an empty line. Throws `refused` for anything else. */
export function objectOf(line: string, number: number): Fields | undefined {
  if (line.trim() === '') return undefined;
  const { keys, problem } = jsonKeys(line);
  if (problem !== undefined) throw refusedRow(number, `${problem}; mend or exclude the file`);
  let value: unknown;
  try {
    value = mayLoseDigits.test(line) ? JSON.parse(line, keepDigits) : JSON.parse(line);
  } catch (error) {
    // The parser's own message quotes the line, which may be personal data.
    if (error instanceof SyntaxError) throw refusedRow(number, 'it is no JSON; mend or exclude the file');
    throw error;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const values = value as Fields['values'];
    if (line.includes('\\u') && !isWritable(values)) {
      throw refusedRow(number, 'it has half a surrogate pair, which is no character; mend or exclude the file');
    }
    return { names: keys, values };
  }
  throw refusedRow(number, 'it is no JSON object; every line must be one');
}

/** Deeper down, lone surrogates stay the escapes that they are. */
function isWritable(values: Fields['values']): boolean {
  return Object.entries(values).every(
    ([name, value]) => name.isWellFormed() && (typeof value !== 'string' || value.isWellFormed()),
  );
}

/** A value as a field: text unchanged, null and missing values empty, lists and objects as JSON. */
export function fieldOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (raw.isRawJSON(value)) return value.rawJSON;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
