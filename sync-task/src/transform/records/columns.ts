/** Finds columns by name. */
import { SyncError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Table } from './table.ts';

type Named = Pick<Table, 'names'>;

/** The column's index. Throws `refused`, reason `no-column`, where none or several have the name. */
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

/** The indexes of several columns. An empty file lacks all of them and needs none. */
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
