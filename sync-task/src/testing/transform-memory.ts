/** Memory must stay constant over a long file. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SyncError } from '../base/errors.ts';
import type { ByteStream, Transform } from '../transform/transform.ts';
import { recordingFile } from './recording-file.ts';
import type { Assertions } from './transform-case.ts';

const LONG_BYTES = 16 * 1024 * 1024;
const MOST_GROWTH_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const BLOCKS_BETWEEN_LOOKS = 32;

/** Repeats the input. What survives a garbage collection must not grow with the file. */
export async function testMemory(t: Assertions, transform: Transform, options: unknown, bytes: Buffer): Promise<void> {
  const block = Buffer.concat(Array.from({ length: Math.ceil(BLOCK_BYTES / bytes.length) }, () => bytes));
  let lowest = Number.POSITIVE_INFINITY;
  let grown = 0;
  async function* long(): ByteStream {
    for (let sent = 0, blocks = 0; sent < LONG_BYTES; sent += block.length, blocks++) {
      yield new Uint8Array(block);
      if (blocks % BLOCKS_BETWEEN_LOOKS !== 0) continue;
      const held = heldBytes();
      lowest = Math.min(lowest, held);
      grown = Math.max(grown, held - lowest);
    }
  }
  await using recording = recordingFile();
  const file = { ...recording, aside: async () => undefined };
  try {
    for await (const _ of transform.apply(long(), options, file));
  } catch (error) {
    // Input that is valid once need not be valid when repeated.
    if (!(error instanceof SyncError) || error.kind !== 'refused') throw error;
  }
  const enough = grown < MOST_GROWTH_BYTES;
  t.deepEqual(enough, true, `${transform.name} holds ${grown} bytes more in the course of a file of ${LONG_BYTES}`);
}

let collectGarbage: (() => void) | undefined;

function heldBytes(): number {
  if (collectGarbage === undefined) {
    // Makes `gc` reachable without a command-line flag.
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  }
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
