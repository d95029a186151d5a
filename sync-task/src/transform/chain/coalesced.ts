/**
 * Few large chunks instead of many small ones. Each chunk costs a fixed price in every step of a chain, soon more than copying a
 * small one once. Large chunks pass unchanged.
 */
import { bytesFrom, textOf } from '../stepwise.ts';
import type { ByteStream, ResumableRun, SavedState } from '../transform.ts';

const blockBytes = 64 * 1024;
/** Chunks of this size and above are not copied. */
const largeBytes = 16 * 1024;

/** The same bytes. Saves what it holds back, which is less than a block. */
export function coalesced(input: ByteStream, saved?: SavedState): ResumableRun {
  let block = Buffer.allocUnsafeSlow(0);
  let filled = 0;
  /** Comes after the block. */
  let waiting: Uint8Array | undefined;

  function add(chunk: Uint8Array): void {
    if (block.length === 0) block = Buffer.allocUnsafeSlow(blockBytes);
    block.set(chunk, filled);
    filled += chunk.length;
  }

  function take(): Uint8Array {
    const taken = block.subarray(0, filled);
    block = Buffer.allocUnsafeSlow(0);
    filled = 0;
    return taken;
  }

  async function* output(): ByteStream {
    if (waiting !== undefined) {
      const first = waiting;
      waiting = undefined;
      yield first;
    }
    for await (const chunk of input) {
      waiting = chunk;
      if (filled > 0 && (chunk.length >= largeBytes || filled + chunk.length > blockBytes)) yield take();
      waiting = undefined;
      if (chunk.length >= largeBytes) yield chunk;
      else add(chunk);
    }
    if (filled > 0) yield take();
  }

  // At once, not with the first chunk: a run may be saved again before that.
  const held = bytesFrom(typeof saved === 'string' ? saved : '');
  if (held.length > blockBytes) waiting = held;
  else if (held.length > 0) add(held);
  return {
    output: output(),
    save: () => textOf(Buffer.concat([block.subarray(0, filled), ...(waiting === undefined ? [] : [waiting])])),
  };
}
