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
    key: listOption('a column that tells rows apart; without it all of them together'),
    // Undefined instead of a default: files that were deduplicated without them keep their fingerprint.
    across: z
      .enum(['runs'])
      .optional()
      .describe('`runs`: rows are left out too that are in another file published by this pipeline, whenever that was'),
    set: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'give a name such as orders')
      .optional()
      .describe('with across=runs: a name for files that are compared with each other; another name begins anew'),
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
    'rows that were there before, in the file or (across=runs) in others, are left out, compared by key=COLUMN (repeatable) or as a whole; options: docs/guides/csv.md',
  details: `With \`across=runs\` every key is in one file at the target alone, of all files of the pipeline and the same \`set\`. Keys count once their
file is published, and for as long as it stands there in that version: a file that is done again keeps its rows, and a new version gives
back what it has no more. A file that fails has none. Of two files in transfer at the same time, in one process or several, the one that
began first has the keys of both; the other one waits with its publishing until the first is published, and is begun again where that
fails, so no row is lost with it. The state keeps all of them, 130 MB for a million in Postgres and 80 MB in SQLite;
\`prune\` leaves them.`,
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
