/**
 * Rows at the end that hold no data: a trailer, a total. Only the end of the file tells which they are, so as many rows wait as
 * there may be. What they say is checked: a file without its trailer may be cut off, and one with another count has lost rows.
 */
import type { DialectOptions, Row } from './dialect.ts';
import { type FoundRows, refusedRow } from './table.ts';

/** Empty lines inside and after the footer, which wait too. */
const MOST_WAITING = 10_000;

export async function* withoutFooter(
  batches: AsyncGenerator<FoundRows>,
  options: DialectOptions,
): AsyncGenerator<FoundRows> {
  const count = options['skip-footer'];
  if (count === undefined) {
    yield* batches;
    return;
  }
  let waiting: Row[] = [];
  /** The waiting rows that are not empty lines. */
  let filled = 0;
  /** The number of the first waiting row. */
  let first = 1;
  let rowsBefore = 0;
  for await (const batch of batches) {
    if (waiting.length === 0) first = batch.first;
    const passed: Row[] = [];
    let tooMany = false;
    let gone = 0;
    for (const row of batch.rows) {
      waiting.push(row);
      if (row.length > 0) filled++;
      // Rows before the footer pass.
      while (gone < waiting.length && (filled > count || (waiting[gone] as Row).length === 0)) {
        const next = waiting[gone++] as Row;
        passed.push(next);
        if (next.length === 0) continue;
        filled--;
        rowsBefore++;
      }
      tooMany = waiting.length - gone > MOST_WAITING;
      if (tooMany) break;
    }
    waiting = waiting.slice(gone);
    if (passed.length > 0) yield { ...batch, first, rows: passed };
    first += passed.length;
    if (tooMany) throw refusedRow(first, `the footer has more than ${MOST_WAITING} lines; is skip-footer right?`);
  }
  check(
    waiting.filter((row) => row.length > 0),
    first,
    options.header === 'first' ? rowsBefore - 1 : rowsBefore,
    options,
  );
}

function check(footer: readonly Row[], number: number, rows: number, options: DialectOptions): void {
  const { 'skip-footer': count = 0, footer: start, 'footer-count': field } = options;
  if (footer.length < count || rows < 0)
    throw refusedRow(number, `the file is over, and has no rows beside the ${count} of its footer; is it cut off?`);
  if (start !== undefined && !footer.every(([first = '']) => first.startsWith(start)))
    throw refusedRow(number, `the footer does not begin with ${JSON.stringify(start)}; is the file cut off?`);
  if (field === undefined) return;
  const told = footer[0]?.[field - 1]?.trim();
  if (told === undefined || !/^\d{1,15}$/.test(told))
    throw refusedRow(number, `field ${field} of the footer is no number of rows; give the right one with footer-count`);
  if (Number(told) !== rows)
    throw refusedRow(
      number,
      `the footer says ${Number(told)} rows, and there are ${rows}; have the file sent again`,
      'control-total',
    );
}
