/**
 * Passes the rows that keep the rules of a schema. The others go to a side file, with their numbers and reasons. Too many of them
 * refuse the file: then nothing is published.
 */
import { z } from 'zod';
import { SyncError } from '../../base/errors.ts';
import type { ByteStream, FileContext, Transform } from '../transform.ts';
import { csvFormatter } from './csv-formatter.ts';
import { type DialectOptions, dialectOptions, distinctMarks, type Row } from './dialect.ts';
import { type KeySet, keySet } from './key-set.ts';
import { asideSuffix } from './option-schemas.ts';
import { rowRules } from './row-rules.ts';
import { type Schema, schemaOption } from './schema-file.ts';
import { changedRows, csvOutput, type RowChange, type Table } from './table.ts';

export interface ValidateOptions extends DialectOptions {
  readonly schema: Schema;
  readonly 'min-valid': number;
  readonly rejected: string;
}

const options: z.ZodType<ValidateOptions> = z
  .strictObject({
    ...dialectOptions,
    schema: schemaOption,
    'min-valid': z
      .string()
      .default('0.98')
      .refine((value) => /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(value), 'give a share from 0 to 1, such as 0.98')
      .transform(Number)
      .describe('the share of rows that must be valid; fewer refuse the file'),
    rejected: asideSuffix('.rejected.csv', 'the suffix of the side file with rejected rows'),
  })
  .check(distinctMarks);

export const csvValidate: Transform<ValidateOptions> = {
  name: 'csv-validate',
  version: 2,
  summary:
    'rows that break the rules of schema=FILE go to a side file, too many of them refuse the file; options: docs/guides/csv.md',
  example: 'csv-validate:schema=docs/examples/orders.schema.yaml,min-valid=0.98@orders/**/*.csv',
  options,
  asides: ({ rejected }) => [rejected],
  memoryShares: ({ schema }) =>
    schema.unique.length + Object.values(schema.columns).filter(({ unique }) => unique).length,
  async *apply(input, options, file): ByteStream {
    const sets: KeySet[] = [];
    const newSet = (name: string) => {
      const set = keySet(file, `${name}-${sets.length}`);
      sets.push(set);
      return set;
    };
    try {
      yield* changedRows(input, options, (table) => validation(table, options, file, sets, newSet));
    } finally {
      for (const set of sets) set[Symbol.dispose]();
    }
  },
};

const SHOWN_PROBLEMS = 3;

function validation(
  table: Table,
  options: ValidateOptions,
  file: FileContext,
  sets: readonly KeySet[],
  newSet: (name: string) => KeySet,
): RowChange {
  const { dialect, names } = table;
  const problemsOf = rowRules(names, options.schema, newSet);
  const write = csvFormatter(dialect.quote === undefined ? { ...dialect, quote: '"' } : dialect);
  const shown: string[] = [];
  let valid = 0;
  let rejected = 0;
  let text = write(['row', 'reason', ...names]);

  const reject = (row: Row, number: number, reason: string) => {
    rejected++;
    if (shown.length < SHOWN_PROBLEMS) shown.push(`row ${number}: ${reason}`);
    text += write([String(number), reason, ...row]);
  };
  const pass = async () => {
    if (rejected === 0 || text === '') return;
    const bytes = Buffer.from(text);
    text = '';
    await file.aside(options.rejected, bytes);
  };
  return {
    ...csvOutput(table, dialect),
    change(row, number) {
      const problems = problemsOf(row);
      if (problems.length === 0) {
        valid++;
        return row;
      }
      reject(row, number, problems.join('; '));
      return undefined;
    },
    unfit: (row, number, error) => reject(row, number, error.message.replace(/^row \d+: |;.*$/g, '')),
    async settle() {
      for (const set of sets) await set.settle();
      await pass();
    },
    async end() {
      await pass();
      file.note('rows valid', valid);
      file.note('rows rejected', rejected);
      const total = valid + rejected;
      if (total > 0 && valid / total < options['min-valid']) throw tooFew(options, total, rejected, shown);
    },
  };
}

function tooFew(options: ValidateOptions, total: number, rejected: number, shown: readonly string[]): SyncError {
  const more = rejected > shown.length ? ' …' : '';
  return new SyncError(
    `${rejected} of ${total} rows break the schema, more than min-valid=${options['min-valid']} allows ` +
      `(${shown.join('; ')}${more}); mend the file or the schema, or lower min-valid`,
    { kind: 'refused', reason: 'too-many-invalid-rows' },
  );
}
