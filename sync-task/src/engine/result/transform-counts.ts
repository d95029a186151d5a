import type { Result } from './result.ts';

/** What transforms counted: name of the transform → counter → sum. */
export type TransformCounts = Record<string, Record<string, number>>;

export function addCounts(sums: TransformCounts, more: TransformCounts): void {
  for (const [transform, counts] of Object.entries(more)) {
    const own = sums[transform] ?? {};
    sums[transform] = own;
    for (const [counter, count] of Object.entries(counts)) own[counter] = (own[counter] ?? 0) + count;
  }
}

/** For a result; nothing where nothing was counted. */
export function countedBy(transforms: TransformCounts): Pick<Result, 'transforms'> {
  return Object.keys(transforms).length > 0 ? { transforms } : {};
}
