/**
 * Drops rows that occurred before, compared as a whole or by some columns. The first one stays. Keys of the file are remembered
 * in bounded memory and beyond that on disk; keys of other files are in the state.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { ByteStream, Transform } from '../transform.ts';
import { columnIndexes } from './columns.ts';
import { type DialectOptions, dialectOptions, distinctMarks } from './dialect.ts';
import { keyOf, keySet } from './key-set.ts';
import { listOption } from './option-schemas.ts';
import { changedRows, csvOutput, type RowBatch } from './table.ts';

export interface DedupOptions extends DialectOptions {
  readonly key: readonly string[];
  readonly across?: 'runs' | undefined;
  readonly set?: string | undefined;
}

const options: z.ZodType<DedupOptions> = z
  .strictObject({
    ...dialectOptions,
    key: listOption('a column that identifies a row; default: all columns together'),
    // Undefined instead of a default: files that were deduplicated without them keep their fingerprint.
    across: z
      .enum(['runs'])
      .optional()
      .describe('`runs`: also drop rows of other files that this pipeline published in any run'),
    set: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'give a name such as orders')
      .optional()
      .describe(
        'with across=runs: the name of a group of files that are compared with each other; a new name starts empty',
      ),
  })
  .check(distinctMarks)
  .check(({ value, issues }) => {
    if ((value.across === undefined) === (value.set === undefined)) return;
    const message =
      value.set === undefined
        ? 'across=runs needs it: a name for the files whose rows are compared, such as set=orders'
        : 'it goes with across=runs';
    issues.push({ code: 'custom', path: ['set'], input: undefined, message });
  });

export const dedup: Transform<DedupOptions> = {
  name: 'dedup',
  version: 2,
  summary:
    'drops rows that occurred before, in the file or (across=runs) in others, compared by key=COLUMN (repeatable) or as a whole; options: docs/guides/csv.md',
  details: `With \`across=runs\` every key is in only one file at the target, among all files of the pipeline with the same \`set\`. Keys
count once their file is published, for as long as that version stands there: a file that is processed again keeps its rows, and a new
version frees the keys that it lacks. A file that fails has none. Of two files in transfer at once, in one process or several, the
one that started first gets the keys of both. The other is published only after the first, and starts again where the first fails, so
no row is lost. The state keeps all keys, 130 MB for a million in Postgres and 80 MB in SQLite; \`prune\` keeps them.`,
  example: 'dedup:key=order_id,across=runs,set=orders@orders/**/*.csv',
  options,
  memoryShares: () => 1,
  async *apply(input, options, file): ByteStream {
    using seen = keySet(file, 'dedup');
    const { across, set } = options;
    if (across) await file.takeKeys([]);
    yield* changedRows(input, options, (table) => {
      const columns = options.key.length > 0 ? columnIndexes(table, options.key) : table.names.map((_, index) => index);
      let duplicates = 0;
      let elsewhere = 0;
      /** By their numbers: rows of the batch whose keys are another file's. */
      let others = new Set<number>();

      async function askForAll({ first, rows }: RowBatch): Promise<void> {
        const keys = new Map<string, number>();
        for (const [index, row] of rows.entries()) {
          if (row.length === 0) continue;
          const key = keyOf(table.conform(row, first + index), columns);
          const digest = hash('sha256', `${set} ${key}`, 'base64url').slice(0, DIGEST_LENGTH);
          // A second one in the same file is dropped in any case.
          if (!keys.has(digest)) keys.set(digest, first + index);
        }
        const taken = await file.takeKeys([...keys.keys()]);
        others = new Set([...keys.values()].filter((_, index) => !taken[index]));
      }

      return {
        ...csvOutput(table, table.dialect),
        ...(across && { before: askForAll }),
        change(row, number) {
          if (!seen.add(keyOf(row, columns))) duplicates++;
          else if (others.has(number)) elsewhere++;
          else return row;
          return undefined;
        },
        settle: () => seen.settle(),
        async end() {
          file.note('duplicate rows left out', duplicates);
          if (across) file.note('rows of other files left out', elsewhere);
        },
      };
    });
  },
};

/** In base64: 132 bits. */
const DIGEST_LENGTH = 22;
