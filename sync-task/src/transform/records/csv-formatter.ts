/** Rows as lines of CSV that end in LF. A field is quoted only where it could not be read back otherwise. */
import { SyncError } from '../../base/errors.ts';
import type { Dialect, Row } from './dialect.ts';

const CR = 13;
const LF = 10;

/** Throws `refused` for a field that needs quotes where the dialect has none. */
export function csvFormatter({ delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>): (row: Row) => string {
  const delimiterCode = delimiter.charCodeAt(0);
  const quoteCode = quote?.charCodeAt(0) ?? -1;
  const doubled = quote === undefined ? '' : quote + quote;

  function written(field: string): string {
    for (let index = 0; index < field.length; index++) {
      const code = field.charCodeAt(index);
      if (code !== delimiterCode && code !== quoteCode && code !== LF && code !== CR) continue;
      if (quote === undefined) throw needsQuotes();
      return quote + (field.includes(quote) ? field.replaceAll(quote, doubled) : field) + quote;
    }
    return field;
  }

  return (row) => {
    // An empty line would be no record.
    if (row.length === 1 && row[0] === '') return `${doubled}\n`;
    let line = '';
    for (let index = 0; index < row.length; index++) {
      if (index > 0) line += delimiter;
      line += written(row[index] as string);
    }
    return `${line}\n`;
  };
}

function needsQuotes(): SyncError {
  return new SyncError(
    'a field with a delimiter or line end in it cannot be written without quotes; choose another quote or delimiter',
    { kind: 'refused', reason: 'bad-record' },
  );
}
