/**
 * Collects bytes into blocks and sends them, several at once where the budget has room.
 *
 * A block's memory is taken from the budget before it is filled. A draft of known size waits for its first block before
 * anything is read for it, and its next block takes over the memory of one that was sent: so a file that has begun to read
 * never waits for memory that another file holds. A draft of unknown size never waits: where the budget has nothing left it
 * uses small blocks beside it.
 */
import type { Chunk } from '../../base/model.ts';
import type { ByteBudget } from '../budget.ts';

export interface BlockPlan {
  readonly budget: ByteBudget;
  /** Bytes of a full block. */
  readonly blockBytes: number;
  /** Bytes of a block beside the budget; grows with their number. */
  readonly leastBytes: number;
  readonly atOnce: number;
  readonly expectedBytes: number | undefined;
  /** No block straddles a multiple of it, unless it ends at one. */
  readonly segmentBytes: number | undefined;
  /** Where the first block begins. */
  readonly start: number;
  /** Resolves when the service has it. The bytes may be used again then. */
  send(block: Block): Promise<void>;
}

export interface Block {
  /** From 0, of those sent here. */
  readonly index: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

export interface Blocks {
  write(chunk: Chunk): Promise<void>;
  /** From the beginning, without a gap. */
  readonly storedBytes: number;
  /** Written, stored or not. */
  readonly writtenBytes: number;
  /** Sends what is left and waits for all of it. */
  finish(): Promise<void>;
  /** Waits for all that was sent and keeps what is left, which is shorter than a block. */
  hold(): Promise<Buffer>;
  /** Waits for what is under way, and gives the memory back. Does not throw. */
  close(): Promise<void>;
}

interface Memory {
  readonly bytes: number;
  readonly fromBudget: boolean;
}

const GROWS_AFTER_BLOCKS = 1000;
const SMALLEST_BYTES = 4096;

/** Waits for memory where the size is known. */
export async function blocks(plan: BlockPlan): Promise<Blocks> {
  const { budget, expectedBytes } = plan;
  const idle: Memory[] = [];
  const sending = new Set<Promise<void>>();
  const acknowledged = new Map<number, number>();
  let filling:
    | { readonly memory: Memory; readonly buffer: Buffer; used: number; readonly capacity: number }
    | undefined;
  let failure: { readonly error: unknown } | undefined;
  let closed = false;
  let index = 0;
  let written = plan.start;
  let sent = plan.start;
  let stored = plan.start;

  if (expectedBytes !== undefined) {
    const bytes = Math.min(plan.blockBytes, Math.max(expectedBytes - plan.start, SMALLEST_BYTES));
    await budget.take(bytes);
    idle.push({ bytes, fromBudget: true });
  }

  async function memory(): Promise<Memory> {
    for (;;) {
      if (failure) throw failure.error;
      const own = idle.pop();
      if (own) return own;
      if (sending.size < plan.atOnce && budget.tryTake(plan.blockBytes))
        return { bytes: plan.blockBytes, fromBudget: true };
      if (sending.size === 0) {
        return { bytes: plan.leastBytes * (1 + Math.floor(index / GROWS_AFTER_BLOCKS)), fromBudget: false };
      }
      await Promise.race(sending);
    }
  }
  function release({ bytes, fromBudget }: Memory): void {
    if (fromBudget) budget.give(bytes);
  }

  /** Up to a border behind which a later attempt can go on. */
  function capacityOf({ bytes }: Memory): number {
    const { segmentBytes } = plan;
    if (segmentBytes === undefined) return bytes;
    const toBorder = segmentBytes - (sent % segmentBytes);
    if (toBorder >= bytes) return bytes;
    return toBorder + Math.floor((bytes - toBorder) / segmentBytes) * segmentBytes;
  }

  function send(): void {
    if (!filling) return;
    const { memory: own, buffer, used } = filling;
    filling = undefined;
    const offset = sent;
    sent += used;
    const promise = plan
      .send({ index: index++, offset, bytes: buffer.subarray(0, used) })
      .then(
        () => {
          acknowledged.set(offset, used);
          for (let more = acknowledged.get(stored); more !== undefined; more = acknowledged.get(stored)) {
            acknowledged.delete(stored);
            stored += more;
          }
        },
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .then(() => {
        sending.delete(promise);
        // The last one is kept for the next block, so that a file under way never waits for others.
        if (own.fromBudget && !closed && idle.length === 0) idle.push(own);
        else release(own);
      });
    sending.add(promise);
  }

  async function settle(): Promise<void> {
    while (sending.size > 0) await Promise.all(sending);
    if (failure) throw failure.error;
  }

  return {
    async write(chunk) {
      for (const piece of chunk) {
        let rest = piece;
        while (rest.length > 0) {
          if (!filling) {
            const own = await memory();
            const capacity = capacityOf(own);
            filling = { memory: own, buffer: Buffer.allocUnsafeSlow(capacity), used: 0, capacity };
          }
          const part = rest.subarray(0, filling.capacity - filling.used);
          filling.buffer.set(part, filling.used);
          filling.used += part.length;
          written += part.length;
          rest = rest.subarray(part.length);
          if (filling.used === filling.capacity) send();
        }
      }
      if (failure) throw failure.error;
    },
    get storedBytes() {
      return stored;
    },
    get writtenBytes() {
      return written;
    },
    async finish() {
      send();
      await settle();
    },
    async hold() {
      await settle();
      return filling ? filling.buffer.subarray(0, filling.used) : Buffer.alloc(0);
    },
    async close() {
      closed = true;
      if (filling) release(filling.memory);
      filling = undefined;
      await Promise.all(sending);
      for (const own of idle.splice(0)) release(own);
    },
  };
}
