/**
 * Turns text that comes in pieces into records. RFC 4180, and what real files do beyond it: a record ends at LF, CRLF or CR; a
 * quote inside a field that does not start with one is text.
 *
 * The common case is fast: `String.split` cuts a line without any quote. The positions of the next quote, CR and LF are
 * remembered, so text is searched once for each. A line with a quote goes field by field.
 *
 * An incomplete record waits, and is looked at again only once it has doubled, so that a long record in many small pieces costs
 * at most twice its length. Errors are kept until the rows before them are handed out: which error comes first must not depend on
 * how the file was cut.
 */
import { SyncError } from '../../base/errors.ts';
import type { Dialect, Row } from './dialect.ts';

export interface CsvParser {
  /** All records that are complete now. An empty line is an empty row. */
  push(text: string): Row[];
  /** The same, for everything that waits. */
  drain(): Row[];
  /** The rest, which is complete because nothing follows. */
  end(): Row[];
  /** Why the record after those handed out can't be read. */
  readonly failure: SyncError | undefined;
}

type Syntax = Pick<
  Dialect,
  'delimiter' | 'quote' | 'quotes' | 'escape' | 'max-record-bytes' | 'skip-lines' | 'comment'
>;

const CR = 13;
const LF = 10;
const BACKSLASH = 92;

/** `before`: rows of the file that were read before. */
export function csvParser(syntax: Syntax, before = 0): CsvParser {
  const { delimiter, quote, quotes, 'max-record-bytes': maxBytes, 'skip-lines': skipLines = 0, comment } = syntax;
  const delimiterCode = delimiter.charCodeAt(0);
  const quoteCode = quote?.charCodeAt(0) ?? -1;
  const escapes = syntax.escape === 'backslash';
  const escapeCode = escapes ? BACKSLASH : -1;
  let pending = '';
  let lookAgainAt = 0;
  let finished = before;
  let failure: SyncError | undefined;

  function parse(text: string, last: boolean): Row[] {
    const rows: Row[] = [];
    let start = 0;
    let quoteAt = -1;
    let escapeAt = escapes ? -1 : Number.POSITIVE_INFINITY;
    let crAt = -1;
    let lfAt = -1;
    while (start < text.length) {
      if (lfAt < start) lfAt = place(text.indexOf('\n', start));
      if (crAt < start) crAt = place(text.indexOf('\r', start));
      if (quote !== undefined && quoteAt < start) quoteAt = place(text.indexOf(quote, start));
      if (escapeAt < start) escapeAt = place(text.indexOf('\\', start));
      let stop = Math.min(lfAt, crAt, text.length);
      let row: Row | undefined;
      const skipped = isSkipped(text, start, last);
      if (skipped === undefined) break;
      if (skipped || ((quote === undefined || quoteAt > stop) && escapeAt > stop)) {
        if (!last && (stop === text.length || (stop === crAt && stop + 1 === text.length))) break;
        row = skipped || stop === start ? [] : text.slice(start, stop).split(delimiter);
      } else {
        row = [];
        const stopped = fieldByField(text, start, last, row);
        if (stopped === undefined) break;
        stop = stopped;
      }
      if (!fits(text, start, stop)) return rows;
      finished++;
      rows.push(row);
      start = stop + (text.charCodeAt(stop) === CR && text.charCodeAt(stop + 1) === LF ? 2 : 1);
    }
    pending = text.slice(start);
    lookAgainAt = 2 * pending.length;
    // A CR that waits for its LF is no part of the record.
    if (failure === undefined) fits(pending, 0, pending.endsWith('\r') ? pending.length - 1 : pending.length);
    return rows;
  }

  /** Whether the line is to be skipped or a comment; undefined where too little of it has come to tell. */
  function isSkipped(text: string, start: number, last: boolean): boolean | undefined {
    if (finished < skipLines) return true;
    if (comment === undefined) return false;
    if (text.startsWith(comment, start)) return true;
    return !last && comment.startsWith(text.slice(start)) ? undefined : false;
  }

  /** Fills the row. Returns where it stops, `undefined` where that is not known yet or the record is wrong. */
  function fieldByField(text: string, start: number, last: boolean, row: Row): number | undefined {
    for (let at = start; ; at++) {
      if (text.charCodeAt(at) === quoteCode) {
        const closed = quotedField(text, at, last, row, start);
        if (closed === undefined) return undefined;
        at = closed;
      } else {
        let value = '';
        let from = at;
        let escaped = false;
        for (; at < text.length; at++) {
          const code = text.charCodeAt(at);
          if (code === delimiterCode || code === LF || code === CR) break;
          if (code !== escapeCode) continue;
          if (!isEscaped(text, at, last, start)) return undefined;
          value += text.slice(from, at);
          from = ++at;
          escaped = true;
        }
        value += text.slice(from, at);
        if (at >= text.length && !last) return undefined;
        if (!escaped && opensLate(value)) {
          if (fits(text, start, at)) failure = bad('blanks stand before a quote that encloses more than the field');
          return undefined;
        }
        row.push(value);
      }
      if (at >= text.length) return last ? at : undefined;
      const code = text.charCodeAt(at);
      if (code === LF) return at;
      if (code === CR) return last || at + 1 < text.length ? at : undefined;
    }
  }

  /** Whether this backslash escapes the next character; false where that is not known yet. */
  function isEscaped(text: string, at: number, last: boolean, recordStart: number): boolean {
    const next = text.charCodeAt(at + 1);
    if (at + 1 < text.length && (next === quoteCode || next === delimiterCode || next === BACKSLASH)) return true;
    if ((at + 1 < text.length || last) && fits(text, recordStart, at + 1))
      failure = bad('a backslash stands before something that needs none', '; without escape=backslash it is text');
    return false;
  }

  /** ` "a` of ` "a,b"`: the writer meant the quotes. */
  function opensLate(value: string): boolean {
    if (quote === undefined || !value.includes(quote)) return false;
    return value.trimStart().startsWith(quote) && value.split(quote).length % 2 === 0;
  }

  function quotedField(text: string, start: number, last: boolean, row: Row, recordStart: number): number | undefined {
    let value = '';
    let from = start + 1;
    let search = from;
    /** Taken as text, not doubled. */
    let stray = false;
    let quoteAt = -1;
    let escapeAt = escapes ? -1 : Number.POSITIVE_INFINITY;
    for (;;) {
      if (quoteAt < search) quoteAt = place(text.indexOf(quote as string, search));
      if (escapeAt < search) escapeAt = place(text.indexOf('\\', search));
      if (escapeAt < quoteAt) {
        if (!isEscaped(text, escapeAt, last, recordStart)) return undefined;
        value += text.slice(from, escapeAt);
        from = escapeAt + 1;
        search = escapeAt + 2;
        continue;
      }
      const at = quoteAt === Number.POSITIVE_INFINITY ? -1 : quoteAt;
      if (at === -1) {
        if (last && fits(text, recordStart, text.length)) failure = bad('a quoted field is never closed');
        return undefined;
      }
      let behind = at + 1;
      if (quotes === 'relaxed') while (isBlank(text.charCodeAt(behind))) behind++;
      if (behind >= text.length && !last) return undefined;
      const next = text.charCodeAt(behind);
      if (behind === at + 1 && next === quoteCode) {
        value += text.slice(from, at + 1);
        search = from = at + 2;
      } else if (behind >= text.length || next === delimiterCode || next === LF || next === CR) {
        value += text.slice(from, at);
        if (stray && /[\r\n]/.test(value)) {
          if (fits(text, recordStart, behind))
            failure = bad('a quote is not doubled, and its field goes on in the next line');
          return undefined;
        }
        row.push(value);
        return behind;
      } else if (quotes === 'strict') {
        if (fits(text, recordStart, behind)) {
          failure = bad('text follows a closing quote', '; quotes=relaxed takes such quotes as text');
        }
        return undefined;
      } else {
        stray = true;
        search = at + 1;
      }
    }
  }

  function isBlank(code: number): boolean {
    return (code === 32 || code === 9) && code !== delimiterCode;
  }

  /** An error of a record that is too long is that alone: in smaller pieces nothing behind its limit would have been seen. */
  function fits(text: string, start: number, stop: number): boolean {
    // No UTF-16 unit takes more than three bytes.
    if ((stop - start) * 3 <= maxBytes || Buffer.byteLength(text.slice(start, stop)) <= maxBytes) return true;
    failure = bad(`it is longer than ${maxBytes} bytes`, '; is a quote not closed? Otherwise raise max-record-bytes');
    return false;
  }

  function bad(what: string, advice = ''): SyncError {
    return new SyncError(`row ${finished + 1}: ${what}${advice}; mend or exclude the file`, {
      kind: 'refused',
      reason: 'bad-record',
    });
  }

  return {
    push(text) {
      pending += text;
      return pending.length >= lookAgainAt || pending.length > maxBytes ? parse(pending, false) : [];
    },
    drain: () => parse(pending, false),
    end: () => parse(pending, true),
    get failure() {
      return failure;
    },
  };
}

/** After the end of the text where nothing was found. */
function place(index: number): number {
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}
