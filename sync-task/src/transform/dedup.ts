/**
 * Leaves out rows that were there before in the same file, compared as a whole or by some columns. The first one stays. What
 * was seen is remembered in bounded memory, and on disk beyond that.
 */
import { z } from 'zod';
import { columnIndexes } from './records/columns.ts';
import { type DialectOptions, dialectOptions, distinctMarks } from './records/dialect.ts';
import { keyOf, keySet } from './records/key-set.ts';
import { listOption } from './records/option-schemas.ts';
import { changedRows, csvOutput } from './records/table.ts';
import type { ByteStream, Transform } from './transform.ts';

export interface DedupOptions extends DialectOptions {
  readonly key: readonly string[];
}

const options: z.ZodType<DedupOptions> = z
  .strictObject({
    ...dialectOptions,
    key: listOption('a column that tells rows apart; without it all of them together'),
  })
  .check(distinctMarks);

export const dedup: Transform<DedupOptions> = {
  name: 'dedup',
  version: 1,
  summary:
    'rows that were there before in the file are left out, compared by key=COLUMN (repeatable) or as a whole; options: docs/guides/csv.md',
  example: 'dedup:key=order_id@orders/**/*.csv',
  options,
  async *apply(input, options, file): ByteStream {
    using seen = keySet(() => file.scratch(), 'dedup');
    yield* changedRows(input, options, (table) => {
      const columns = options.key.length > 0 ? columnIndexes(table, options.key) : table.names.map((_, index) => index);
      let left = 0;
      return {
        ...csvOutput(table, table.dialect),
        change(row) {
          if (seen.add(keyOf(row, columns))) return row;
          left++;
          return undefined;
        },
        settle: () => seen.settle(),
        async end() {
          file.note('duplicate rows left out', left);
        },
      };
    });
  },
};
