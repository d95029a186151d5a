/**
 * Memory for answers to READ, used again and again. Fresh memory for every answer is cheap, but the garbage collector marks
 * the whole heap for every few dozen megabytes: a third of the client's CPU on large files.
 */
export interface Slots {
  /** At least that many bytes; what they hold is undefined. */
  take(bytes: number): Buffer;
  /** Of `take`. Nobody may look at it any more. */
  give(slot: Buffer): void;
}

/** Less comes from Node's own pool. */
const LEAST_BYTES = 16 * 1024;

/** @param slotBytes the most that anybody takes. How many there are is bounded by whoever takes from a byte budget first. */
export function slots(slotBytes: number): Slots {
  const free: Buffer[] = [];
  return {
    take(bytes) {
      if (bytes < LEAST_BYTES) return Buffer.allocUnsafe(bytes);
      return (free.pop() ?? Buffer.allocUnsafeSlow(slotBytes)).subarray(0, bytes);
    },
    give(slot) {
      if (slot.length >= LEAST_BYTES) free.push(Buffer.from(slot.buffer));
    },
  };
}
