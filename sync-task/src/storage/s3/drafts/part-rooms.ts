/**
 * Memory for the parts of one file, from the budget of all files. It is used again: allocating so much anew costs more than
 * sending it.
 */
import type { ByteBudget } from '../../budget.ts';

export interface PartRooms {
  /**
   * Never waits for the budget: the file holds bytes that were read, and another file that has the budget may be waiting to
   * read. Where the budget has nothing left, one of this file's parts is under way, and `underWay` is waited for.
   */
  take(underWay: () => Promise<unknown>): Promise<Buffer>;
  give(room: Buffer): void;
  /** Nothing more will be filled. */
  release(): void;
}

/** The first one was taken from the budget before any byte of the source was read. */
export function partRooms(budget: ByteBudget, partBytes: number): PartRooms {
  const spare: Buffer[] = [];
  /** Parts that the budget has given to this file. */
  let owned = 1;
  let inUse = 0;
  return {
    async take(underWay) {
      while (inUse === owned && !budget.tryTake(partBytes)) await underWay();
      if (inUse === owned) owned++;
      inUse++;
      return spare.pop() ?? Buffer.allocUnsafeSlow(partBytes);
    },
    give(room) {
      inUse--;
      if (owned > 1) {
        owned--;
        budget.give(partBytes);
      }
      if (spare.length < owned) spare.push(room);
    },
    release() {
      if (owned > 0) budget.give(owned * partBytes);
      owned = 0;
      spare.length = 0;
    },
  };
}
