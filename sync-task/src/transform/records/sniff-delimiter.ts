/** Detects a file's delimiter from its beginning. */
import { csvParser } from './csv-parser.ts';
import type { DialectOptions } from './dialect.ts';

/** UTF-16 units. Always exactly the file's beginning, so that the answer does not depend on chunks. */
export const SAMPLE_LENGTH = 64 * 1024;

const SAMPLE_ROWS = 200;

/** Rarest in texts and numbers first: `1,5;2,5` on every line is two numbers. */
const candidates = ['\t', ';', '|', ','];

/** A file of one column whose rows are full of characters that delimit elsewhere. */
export class NoDelimiter extends Error {}

/**
 * The candidate that cuts the most rows into as many fields as the first row has, at least two. A comma where none does and none
 * would cut most of the others. Throws `NoDelimiter` where one would. `complete`: the sample is the whole file.
 */
export function sniffDelimiter(sample: string, options: DialectOptions, complete: boolean): string {
  let best = ',';
  let bestShare = 0;
  let mostCut = 0;
  for (const delimiter of candidates) {
    const parser = csvParser({ ...options, delimiter, 'max-record-bytes': Number.POSITIVE_INFINITY });
    const rows = parser.push(sample);
    if (complete && !parser.failure) rows.push(...parser.end());
    const filled = rows.filter((row) => row.length > 0).slice(0, SAMPLE_ROWS);
    const width = filled[0]?.length ?? 0;
    mostCut = Math.max(mostCut, filled.filter((row) => row.length > 1).length / Math.max(1, filled.length));
    const share = width < 2 ? 0 : filled.filter((row) => row.length === width).length / filled.length;
    if (share > bestShare) [best, bestShare] = [delimiter, share];
  }
  if (bestShare === 0 && mostCut >= 0.5) throw new NoDelimiter();
  return best;
}
