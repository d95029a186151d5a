/** How a file is cut into parts: at most 10,000 of them, from 5 MiB each, as large as the file needs. */
import { SyncError } from '../../../base/errors.ts';

const MiB = 1024 * 1024;
export const LEAST_PART_BYTES = 5 * MiB;
const MOST_PART_BYTES = 5 * 1024 * MiB;
const MOST_PARTS = 10_000;
/** Parts of one file that are filled or under way at once where the budget allows. */
const PARTS_AT_ONCE = 4;
/** Larger ones are no faster, and more is sent again after an error. */
const USUAL_PART_BYTES = 64 * MiB;

/** Memory for parts, all files together; two parts are the least that keep a connection busy. */
export function writeBudgetBytes(bufferBytes: number): number {
  return Math.max(bufferBytes, 2 * LEAST_PART_BYTES);
}

/** Throws `permanent` where the file would need parts that don't fit into the budget. */
export function partBytes(fileBytes: number, budgetBytes: number, path: string): number {
  const needed = Math.max(LEAST_PART_BYTES, wholeMiB(fileBytes / MOST_PARTS));
  if (needed > Math.min(budgetBytes, MOST_PART_BYTES)) {
    throw new SyncError(
      `${JSON.stringify(path)} needs parts of ${needed / MiB} MiB to be uploaded in ${MOST_PARTS}: set --buffer to ${(4 * needed) / MiB}MiB at least`,
      { kind: 'permanent', reason: 'too-large', path },
    );
  }
  return Math.max(needed, Math.min(USUAL_PART_BYTES, Math.floor(budgetBytes / PARTS_AT_ONCE / MiB) * MiB));
}

function wholeMiB(bytes: number): number {
  return Math.ceil(bytes / MiB) * MiB;
}
