/** What `csv-clean` does to the values of each column. */
import type { CleanOptions } from './clean-options.ts';
import { columnIndexes } from './columns.ts';
import { refusedRow, type Table } from './table.ts';
import { dayReader, normalNumber, normalTruth } from './values.ts';

/** The changed value. Throws `refused` for one that can't be read. */
export type CellChange = (value: string, rowNumber: number) => string;

/** One for every column; undefined where its values stay unchanged. */
export function cellChanges(table: Pick<Table, 'names'>, options: CleanOptions): (CellChange | undefined)[] {
  const nulls = new Set(options.null);
  const typed = typedColumns(table, options);
  const lower = new Set(columnIndexes(table, options.lower));
  const upper = new Set(columnIndexes(table, options.upper));
  const trim = (value: string) => value.trim();
  const empty = (value: string) => (nulls.has(value) ? '' : value);

  return table.names.map((name, index) => {
    const read = typed.get(index);
    const steps: CellChange[] = [];
    if (options.trim) steps.push(trim);
    if (nulls.size > 0) steps.push(empty);
    if (lower.has(index)) steps.push((value) => value.toLowerCase());
    if (upper.has(index)) steps.push((value) => value.toUpperCase());
    if (read !== undefined) steps.push(readAs(read, name, options.invalid));
    if (steps.length < 2) return steps[0];
    return (value, rowNumber) => {
      let changed = value;
      for (const step of steps) changed = step(changed, rowNumber);
      return changed;
    };
  });
}

interface Kind {
  readonly expected: string;
  read(value: string): string | undefined;
}

function typedColumns(table: Pick<Table, 'names'>, options: CleanOptions): Map<number, Kind> {
  const formats = options['date-format'];
  const readers = formats.map((format) => dayReader(format));
  const kinds: readonly (readonly [columns: readonly string[], kind: Kind])[] = [
    [
      options.number,
      {
        expected: `a number with a decimal ${options.decimal === '.' ? 'point' : 'comma'}`,
        read: (value) => normalNumber(value, options.decimal),
      },
    ],
    [options.truth, { expected: 'one of yes/no, y/n, true/false, t/f, 1/0, on/off', read: normalTruth }],
    [
      options.date,
      {
        expected: `a day or time written ${formats.join(' or ')}`,
        read(value) {
          for (const read of readers) {
            const day = read?.(value);
            if (day !== undefined) return day;
          }
          return undefined;
        },
      },
    ],
  ];
  return new Map(
    kinds.flatMap(([columns, kind]) => columnIndexes(table, columns).map((index): [number, Kind] => [index, kind])),
  );
}

function readAs({ read, expected }: Kind, column: string, invalid: CleanOptions['invalid']): CellChange {
  return (value, rowNumber) => {
    if (value === '') return value;
    const known = read(value);
    if (known !== undefined) return known;
    if (invalid === 'keep') return value;
    if (invalid === 'empty') return '';
    throw refusedRow(
      rowNumber,
      `column ${JSON.stringify(column)} is not ${expected}; mend it, or say invalid=empty or invalid=keep`,
      'bad-value',
    );
  };
}
