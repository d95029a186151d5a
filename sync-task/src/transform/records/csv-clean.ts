/**
 * Makes files of many senders alike: one delimiter, names in snake_case, the wanted columns, values without blanks around them,
 * numbers, truths and days in one form. A value that can't be read refuses the file with its row and column; nothing is guessed.
 */
import { SyncError } from '../../base/errors.ts';
import type { Transform } from '../transform.ts';
import { type CellChange, cellChanges } from './cell-changes.ts';
import { type CleanOptions, cleanOptions } from './clean-options.ts';
import { distinctNames, firstTwice, snakeCase } from './column-names.ts';
import { columnIndex, columnIndexes } from './columns.ts';
import type { Row } from './dialect.ts';
import { changedRows, csvOutput } from './table.ts';

export const csvClean: Transform<CleanOptions> = {
  name: 'csv-clean',
  version: 2,
  summary:
    'CSV with one delimiter, snake_case names, selected columns, trimmed values, numbers and dates in one form; options: docs/guides/csv.md',
  example: 'csv-clean:to-delimiter=comma,null=NULL,date=born,date-format=DD.MM.YYYY@**/*.csv',
  options: cleanOptions,
  apply: (input, options) =>
    changedRows(input, options, (table) => {
      const names = newNames(table.names, options);
      const renamed = { names };
      const kept = keptColumns(renamed, options);
      const cells = cellChanges(renamed, options);
      const same = kept.length === names.length && kept.every((from, index) => from === index);
      const dialect = { ...table.dialect, delimiter: options['to-delimiter'] ?? table.dialect.delimiter };
      return {
        ...csvOutput({ names: kept.map((index) => names[index] as string) }, dialect),
        change(row, number) {
          cleanCells(row, number, cells);
          return same ? row : kept.map((index) => row[index] as string);
        },
      };
    }),
};

function cleanCells(row: Row, number: number, cells: readonly (CellChange | undefined)[]): void {
  for (let index = 0; index < row.length; index++) {
    const clean = cells[index];
    if (clean !== undefined) row[index] = clean(row[index] as string, number);
  }
}

/** Without a header there are no names to change. */
function newNames(found: readonly string[], options: CleanOptions): readonly string[] {
  if (found.length === 0) return [];
  const trimmed = options.trim ? found.map((name) => name.trim()) : [...found];
  const names = options.header === 'first' && options.names === 'snake_case' ? trimmed.map(snakeCase) : trimmed;
  const distinct = options.names === 'snake_case' ? distinctNames(names) : names;
  const renamed = [...distinct];
  for (const [from, to] of options.rename) renamed[columnIndex({ names: distinct }, from)] = to;
  const twice = options.rename.length > 0 ? firstTwice(renamed) : undefined;
  if (twice === undefined) return renamed;
  throw new SyncError(`two columns would be called ${JSON.stringify(twice)}; rename one to something else`, {
    kind: 'refused',
    reason: 'no-column',
  });
}

function keptColumns(table: { readonly names: readonly string[] }, { select, drop }: CleanOptions): number[] {
  if (select.length > 0) return columnIndexes(table, select);
  const dropped = new Set(columnIndexes(table, drop));
  return table.names.map((_, index) => index).filter((index) => !dropped.has(index));
}
