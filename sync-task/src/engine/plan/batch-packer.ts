/**
 * Cuts a stream of files into batches of neighbours, in constant memory: a batch is full at so many files or bytes. When
 * there would be more batches than allowed, both bounds double and neighbours are joined.
 */
import type { BatchRange } from '../../base/model.ts';

export interface BatchLimits {
  readonly files: number;
  readonly bytes: number;
  readonly maxBatches: number;
}

export interface BatchPacker {
  /** The next file, numbered from 1 in the order of these calls. */
  add(bytes: number): void;
  batches(): readonly BatchRange[];
}

interface Batch {
  files: number;
  bytes: number;
}

export function batchPacker(limits: BatchLimits): BatchPacker {
  let maxFiles = limits.files;
  let maxBytes = limits.bytes;
  let packed: Batch[] = [];

  const fits = (batch: Batch, files: number, bytes: number) =>
    batch.files + files <= maxFiles && batch.bytes + bytes <= maxBytes;

  function put(into: Batch[], next: Batch): void {
    const last = into.at(-1);
    if (last && fits(last, next.files, next.bytes)) {
      last.files += next.files;
      last.bytes += next.bytes;
    } else into.push(next);
  }

  return {
    add(bytes) {
      put(packed, { files: 1, bytes });
      while (packed.length > limits.maxBatches) {
        maxFiles *= 2;
        maxBytes *= 2;
        const joined: Batch[] = [];
        for (const batch of packed) put(joined, batch);
        packed = joined;
      }
    },
    batches() {
      let entry = 1;
      return packed.map(({ files, bytes }, index) => {
        const firstEntry = entry;
        entry += files;
        return { number: index + 1, firstEntry, lastEntry: entry - 1, files, bytes };
      });
    },
  };
}
