/**
 * A file of records as a table: bytes → text → numbered rows → changed rows → bytes. A transform on records is a function `row =>
 * row | undefined` and never sees chunks. Rows travel in batches, as many as a chunk of input held, so that no row costs a
 * promise.
 *
 * Rows are numbered like in a spreadsheet: from 1, with the header and empty lines.
 */
import { SyncError } from '../../base/errors.ts';
import type { ByteStream } from '../transform.ts';
import { csvFormatter } from './csv-formatter.ts';
import { type CsvParser, csvParser } from './csv-parser.ts';
import { decodedText } from './decode-text.ts';
import type { Dialect, DialectOptions, Row } from './dialect.ts';
import { withoutFooter } from './footer.ts';
import { NoDelimiter, SAMPLE_LENGTH, sniffDelimiter } from './sniff-delimiter.ts';

/** Consecutive rows. */
export interface RowBatch {
  /** The first row's number. */
  readonly first: number;
  /** An empty line is an empty row. */
  readonly rows: readonly Row[];
}

export interface Table {
  readonly dialect: Dialect;
  /** From the header, or 1, 2, … without one. Empty where the file has no row at all. */
  readonly names: readonly string[];
  /** Everything below the header, once. */
  readonly batches: AsyncIterable<RowBatch>;
  /** The row as the options want it, changed in place. Throws `refused` where that is impossible. */
  conform(row: Row, number: number): Row;
}

async function openTable(batches: AsyncGenerator<FoundRows>, options: DialectOptions): Promise<Table> {
  for await (const { dialect, first, rows } of handOver(batches)) {
    const at = rows.findIndex((row) => row.length > 0);
    if (at === -1) continue;
    const top = rows[at] as Row;
    const width = top.length;
    const names =
      options.header === 'first' ? withoutNul([...top], first + at, options) : top.map((_, index) => String(index + 1));
    const below = options.header === 'first' ? at + 1 : at;
    return {
      dialect,
      names,
      batches: withFirst({ first: first + below, rows: rows.slice(below) }, batches),
      conform: (row, number) => fitted(withoutNul(row, number, options), width, number, options),
    };
  }
  return { dialect: { ...options, delimiter: ',' }, names: [], batches, conform: (row) => row };
}

export interface FoundRows extends RowBatch {
  readonly dialect: Dialect;
}

async function* readRows(input: ByteStream, options: DialectOptions): AsyncGenerator<FoundRows> {
  let first = 1;
  let waiting = '';
  let found: { dialect: Dialect; parser: CsvParser } | undefined;
  for await (const { text, last, failure } of decodedText(input)) {
    waiting += text;
    if (found === undefined) {
      if (!last && waiting.length < LONGEST_SEPARATOR_LINE) continue;
      if (options.delimiter === undefined && waiting.length < SAMPLE_LENGTH && !last) continue;
      const complete = last && failure === undefined && waiting.length <= SAMPLE_LENGTH;
      const sample = waiting.slice(0, SAMPLE_LENGTH);
      const line = separatorLine(sample, options);
      const delimiter = line?.delimiter ?? options.delimiter ?? foundDelimiter(sample, options, complete);
      const dialect = { ...options, delimiter };
      if (line !== undefined) {
        waiting = waiting.slice(line.length);
        first++;
      }
      found = { dialect, parser: csvParser(dialect, first - 1) };
    }
    const { dialect, parser } = found;
    let rows = parser.push(waiting);
    waiting = '';
    if (last && !parser.failure) rows = rows.concat(failure ? parser.drain() : parser.end());
    if (rows.length > 0) yield { dialect, first, rows };
    first += rows.length;
    if (parser.failure) throw parser.failure;
    if (failure) throw failure;
  }
}

const LONGEST_SEPARATOR_LINE = 9;

/** Excel's `sep=;` is no row but names the delimiter. Throws `refused` where the option says something else. */
function separatorLine(text: string, options: DialectOptions) {
  if (options['skip-lines'] !== undefined) return undefined;
  const [line, , delimiter] = /^("?)sep=([^\r\n\0])\1(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  if (line === undefined || delimiter === undefined) return undefined;
  if (options.delimiter !== undefined && options.delimiter !== delimiter) {
    throw refusedRow(1, `it says sep=${delimiter}, and the option delimiter something else; give the right one`);
  }
  return { length: line.length, delimiter };
}

function foundDelimiter(sample: string, options: DialectOptions, complete: boolean): string {
  try {
    return sniffDelimiter(sample, options, complete);
  } catch (error) {
    if (!(error instanceof NoDelimiter)) throw error;
    throw new SyncError(
      'the first row has one field, but most others would have more; does a title stand above the header? Say skip-lines=1, or comment=…, ' +
        'or the delimiter, also where there is one column',
      { kind: 'refused', reason: 'no-delimiter' },
    );
  }
}

/** Leaving a loop over it does not end the generator. */
function handOver<T>(generator: AsyncGenerator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next() }) };
}

async function* withFirst(batch: RowBatch, others: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
  if (batch.rows.length > 0) yield batch;
  yield* others;
}

function withoutNul(row: Row, number: number, { nul }: DialectOptions): Row {
  if (nul === 'keep') return row;
  for (let index = 0; index < row.length; index++) {
    const field = row[index] as string;
    if (!field.includes('\0')) continue;
    if (nul === 'remove') row[index] = field.replaceAll('\0', '');
    else throw refusedRow(number, 'it holds a NUL character; is it UTF-16? Convert it before, or say nul=remove');
  }
  return row;
}

function fitted(row: Row, width: number, number: number, { ragged }: DialectOptions): Row {
  if (row.length === width) return row;
  if (ragged === 'pad') {
    while (row.length < width) row.push('');
    while (row.length > width && row.at(-1) === '') row.pop();
    if (row.length === width) return row;
    throw refusedRow(number, `it has ${row.length} fields, the first row has ${width}, and those beyond are not empty`);
  }
  throw refusedRow(number, `it has ${row.length} fields, the first row has ${width}; mend it, or say ragged=pad`);
}

/** Refuses a row without showing its content, which may be personal data. */
export function refusedRow(number: number, what: string, reason = 'bad-record'): SyncError {
  return new SyncError(`row ${number}: ${what}`, { kind: 'refused', reason });
}

export interface RowChange {
  /** Written before all rows. */
  readonly head: string;
  write(row: Row, number: number): string;
  /** The row to write, which may be the one given, changed in place; undefined drops it. */
  change(row: Row, number: number): Row | undefined;
  /** Takes a row that does not conform; absent: such a row refuses the file. */
  unfit?(row: Row, number: number, error: SyncError): void;
  /** Called before every batch of rows, to ask something for all of them at once. */
  before?(batch: RowBatch): Promise<void>;
  /** Called after every batch of rows, for work that is too slow for a single row. */
  settle?(): Promise<void>;
  /** After the last row. */
  end?(): Promise<void>;
}

/**
 * The file with every row changed. `start` gets the table once its header is read; an empty file is a table without columns. The
 * input is closed however this ends.
 */
export async function* changedRows(
  input: ByteStream,
  options: DialectOptions,
  start: (table: Table) => RowChange | Promise<RowChange>,
): ByteStream {
  const found = withoutFooter(readRows(input, options), options);
  try {
    const table = await openTable(found, options);
    const step = await start(table);
    let text = step.head;
    for await (const batch of table.batches) {
      await step.before?.(batch);
      text += changedBatch(batch, table, step);
      await step.settle?.();
      if (text !== '') yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
    await step.end?.();
  } finally {
    await found.return(undefined);
  }
}

function changedBatch({ first, rows }: RowBatch, { conform }: Table, { change, unfit, write }: RowChange): string {
  let text = '';
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as Row;
    if (row.length === 0) continue;
    const number = first + index;
    try {
      conform(row, number);
    } catch (error) {
      if (unfit === undefined || !(error instanceof SyncError)) throw error;
      unfit(row, number, error);
      continue;
    }
    const changed = change(row, number);
    if (changed !== undefined) text += write(changed, number);
  }
  return text;
}

/** For a `RowChange` that writes CSV. A table without a header gets none. */
export function csvOutput(
  { names }: Pick<Table, 'names'>,
  dialect: Pick<Dialect, 'delimiter' | 'quote' | 'header'>,
): Pick<RowChange, 'head' | 'write'> {
  const write = csvFormatter(dialect);
  return { write, head: dialect.header === 'none' || names.length === 0 ? '' : write([...names]) };
}
