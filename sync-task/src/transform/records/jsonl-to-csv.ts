/**
 * JSON lines as CSV. The columns are those named, or those of the first object. Later lines may lack some, but one with others
 * refuses the file: the header is written by then, and nothing may be lost unseen.
 */
import { z } from 'zod';
import type { ByteStream, Transform } from '../transform.ts';
import { csvFormatter } from './csv-formatter.ts';
import { delimiterText } from './dialect.ts';
import { type Fields, fieldOf, objectOf, readLines } from './json-lines.ts';
import { bytesOption, listOption } from './option-schemas.ts';
import { refusedRow } from './table.ts';

export interface JsonlToCsvOptions {
  readonly column: readonly string[];
  readonly other: 'refuse' | 'drop';
  readonly 'to-delimiter': string;
  readonly 'max-record-bytes': number;
}

const options: z.ZodType<JsonlToCsvOptions> = z.strictObject({
  column: listOption('a column to write, in this order; default: the fields of the first line'),
  other: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe('fields without a column: refuse the file, or drop them'),
  'to-delimiter': delimiterText.prefault('comma').describe('the delimiter to write'),
  'max-record-bytes': bytesOption('a longer line refuses the file', '1MiB', 64 * 1024 ** 2),
});

export const jsonlToCsv: Transform<JsonlToCsvOptions> = {
  name: 'jsonl-to-csv',
  version: 2,
  summary:
    'JSON lines become CSV with the columns of column=… (repeatable) or of the first line; options: docs/guides/csv.md',
  example: 'jsonl-to-csv:column=id,column=name@**/*.jsonl',
  options,
  outputName: (name) => name.replace(/\.(jsonl|ndjson)$/i, '.csv'),
  async *apply(input, options): ByteStream {
    const format = csvFormatter({ delimiter: options['to-delimiter'], quote: '"' });
    let columns = options.column.length > 0 ? options.column : undefined;
    let known = new Set(columns);
    let text = columns === undefined ? '' : format([...columns]);
    for await (const { first, lines } of readLines(input, options['max-record-bytes'])) {
      for (const [index, line] of lines.entries()) {
        const fields = objectOf(line, first + index);
        if (fields === undefined) continue;
        if (columns === undefined) {
          columns = fields.names;
          if (columns.length === 0) throw refusedRow(first + index, 'the first object has no fields; name the columns');
          known = new Set(columns);
          text += format([...columns]);
        }
        if (options.other === 'refuse') checkFields(fields, known, first + index);
        text += format(
          columns.map((column) => fieldOf(Object.hasOwn(fields.values, column) ? fields.values[column] : undefined)),
        );
      }
      if (text !== '') yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  },
};

function checkFields(fields: Fields, known: ReadonlySet<string>, number: number): void {
  for (const name of fields.names) {
    if (known.has(name)) continue;
    const advice = 'name all columns with column=…, or say other=drop';
    throw refusedRow(number, `the field ${JSON.stringify(name)} is no column; ${advice}`, 'no-column');
  }
}
