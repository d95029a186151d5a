/** CSV as JSON lines: one object for each row, in the order of the columns. */
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import type { Transform } from '../transform.ts';
import { firstTwice } from './column-names.ts';
import { columnIndexes } from './columns.ts';
import { type DialectOptions, dialectOptions, distinctMarks, type Row } from './dialect.ts';
import { listOption } from './option-schemas.ts';
import { changedRows, refusedRow, type Table } from './table.ts';

export interface CsvToJsonlOptions extends DialectOptions {
  readonly number: readonly string[];
  readonly boolean: readonly string[];
  readonly empty: 'text' | 'null' | 'omit';
}

const options: z.ZodType<CsvToJsonlOptions> = z
  .strictObject({
    ...dialectOptions,
    number: listOption('a column of numbers, written without quotes, digit by digit; other columns are text'),
    boolean: listOption('a column of true and false, written without quotes'),
    empty: z
      .enum(['text', 'null', 'omit'])
      .default('text')
      .describe('an empty field: an empty text, null, or no field at all'),
  })
  .check(distinctMarks);

export const csvToJsonl: Transform<CsvToJsonlOptions> = {
  name: 'csv-to-jsonl',
  version: 2,
  summary:
    'turns rows into JSON lines, with the types of number=… and boolean=… (repeatable); options: docs/guides/csv.md',
  example: 'csv-to-jsonl:number=amount,empty=null@**/*.csv',
  options,
  outputName: (name) => name.replace(/\.csv$/i, '.jsonl'),
  apply: (input, options) =>
    changedRows(input, options, (table) => {
      const kinds = kindsOf(table, options);
      const labels = distinctLabels(table.names);
      return {
        head: '',
        change: (row) => row,
        write: (row, number) => `${objectText(row, number, labels, kinds, options.empty)}\n`,
      };
    }),
};

type Kind = 'text' | 'number' | 'boolean';

function kindsOf(table: Pick<Table, 'names'>, { number, boolean }: CsvToJsonlOptions): Kind[] {
  const numbers = new Set(columnIndexes(table, number));
  const truths = new Set(columnIndexes(table, boolean));
  return table.names.map((_, index) => (numbers.has(index) ? 'number' : truths.has(index) ? 'boolean' : 'text'));
}

/** Every name as it stands before its value. */
function distinctLabels(names: readonly string[]): string[] {
  const twice = firstTwice(names);
  if (twice === undefined) return names.map((name) => `${JSON.stringify(name)}:`);
  throw new SyncError(
    `several columns are called ${JSON.stringify(twice)}, an object can have one; let csv-clean make names distinct before`,
    { kind: 'refused', reason: 'no-column' },
  );
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function objectText(
  row: Row,
  number: number,
  labels: readonly string[],
  kinds: readonly Kind[],
  empty: CsvToJsonlOptions['empty'],
): string {
  let text = '';
  for (let index = 0; index < row.length; index++) {
    const value = row[index] as string;
    if (value === '' && empty === 'omit') continue;
    const json = value === '' ? (empty === 'null' ? 'null' : '""') : jsonOf(value, kinds[index] as Kind);
    if (json === undefined) {
      const column = labels[index]?.slice(0, -1);
      throw refusedRow(
        number,
        `column ${column} is no ${kinds[index]} as JSON writes it; use csv-clean before`,
        'bad-value',
      );
    }
    text += (text === '' ? '' : ',') + (labels[index] as string) + json;
  }
  return `{${text}}`;
}

/** A number keeps its digits: nothing is lost that a floating point number can't hold. */
function jsonOf(value: string, kind: Kind): string | undefined {
  if (kind === 'text') return JSON.stringify(value);
  if (kind === 'number') return jsonNumber.test(value) ? value : undefined;
  return value === 'true' || value === 'false' ? value : undefined;
}
