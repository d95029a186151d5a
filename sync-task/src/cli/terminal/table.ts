/** Tables that fit the terminal: columns that matter least go first, then long texts are shortened, so that no line wraps. */
import { visible } from '../../base/visible.ts';
import { shorten, textWidth } from './text-width.ts';

export interface Column<Row> {
  readonly title: string;
  value(row: Row): string | number;
  /** Columns with the highest number are left out first; undefined: never. */
  readonly leaveOut?: number;
  /** Which end of the text may be cut; of a path, the beginning. Undefined: neither. */
  readonly shortened?: 'end' | 'beginning';
}

const GAP = '  ';
const NARROWEST = 12;

export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): readonly string[] {
  let kept = columns.map((column) => {
    const cells = rows.map((row) => column.value(row));
    const texts = [column.title, ...cells.map((cell) => visible(String(cell)))];
    const isNumber =
      cells.length > 0 && cells.every((cell) => typeof cell === 'number' || /^[\d.]+ \S*$|^$/.test(cell));
    return { ...column, texts, isNumber, width: Math.max(...texts.map(textWidth)) };
  });
  const total = () => kept.reduce((sum, column) => sum + column.width, GAP.length * (kept.length - 1));
  const narrow = (least: number) => {
    for (const column of kept) {
      const over = total() - width;
      if (over > 0 && column.shortened) column.width = Math.min(column.width, Math.max(least, column.width - over));
    }
  };
  const needed = () =>
    kept.reduce(
      (sum, column) => sum + (column.shortened ? Math.min(column.width, 2 * NARROWEST) : column.width) + GAP.length,
      -GAP.length,
    );
  while (needed() > width) {
    const least = Math.max(...kept.map(({ leaveOut }) => leaveOut ?? 0));
    if (least === 0) break;
    kept = kept.filter(({ leaveOut }) => leaveOut !== least);
  }
  narrow(2 * NARROWEST);
  narrow(NARROWEST);
  return [undefined, ...rows].map((_, index) => {
    const cells = kept.map(({ texts, width: columnWidth, shortened = 'end', isNumber }) => {
      const text = shorten(texts[index] ?? '', columnWidth, shortened);
      const blanks = ' '.repeat(Math.max(0, columnWidth - textWidth(text)));
      return isNumber ? blanks + text : text + blanks;
    });
    return shorten(cells.join(GAP).trimEnd(), width);
  });
}
