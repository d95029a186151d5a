/** Columns by their names. */
import { SyncError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Table } from './table.ts';

type Named = Pick<Table, 'names'>;

/** The column's place. Throws `refused`, reason `no-column`, where none has the name, or several have. */
export function columnIndex({ names }: Named, name: string): number {
  const index = names.indexOf(name);
  if (index === -1) {
    const meant = nearest(name, names);
    throw noColumn(
      `no column is called ${JSON.stringify(name)}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`} ` +
        `(there are: ${shortList(names)})`,
    );
  }
  if (names.includes(name, index + 1)) throw noColumn(`several columns are called ${JSON.stringify(name)}; rename one`);
  return index;
}

/** The places of several columns; of none in an empty file, which lacks them all and needs none. */
export function columnIndexes(table: Named, names: readonly string[]): number[] {
  return table.names.length === 0 ? [] : names.map((name) => columnIndex(table, name));
}

const MOST_NAMES = 20;

export function shortList(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function noColumn(message: string): SyncError {
  return new SyncError(message, { kind: 'refused', reason: 'no-column' });
}
