/**
 * SHA-256 of every segment of a file. Node's own SHA-256 is five times as fast as any whose state can be saved, so a
 * file that is resumed later hashes from a segment's border instead (docs/decisions/0002).
 */
import { createHash } from 'node:crypto';
import type { Chunk, ContentDigest } from '../model.ts';

export interface SegmentDigest {
  update(chunk: Chunk): void;
  /** An empty file has one segment, of no bytes. */
  finish(): ContentDigest;
}

export const SEGMENT_BYTES = 64 * 1024 * 1024;

export function segmentDigest(segmentBytes = SEGMENT_BYTES): SegmentDigest {
  const segments: string[] = [];
  let hash = createHash('sha256');
  let left = segmentBytes;

  function update(piece: Uint8Array): void {
    let rest = piece;
    while (rest.length > 0) {
      if (left === 0) {
        segments.push(hash.digest('hex'));
        hash = createHash('sha256');
        left = segmentBytes;
      }
      const part = rest.length > left ? rest.subarray(0, left) : rest;
      hash.update(part);
      left -= part.length;
      rest = rest.subarray(part.length);
    }
  }

  return {
    update(chunk) {
      for (const piece of chunk) update(piece);
    },
    finish() {
      segments.push(hash.digest('hex'));
      return { segmentBytes, segments };
    },
  };
}

export function sameDigest(a: ContentDigest, b: ContentDigest): boolean {
  return (
    a.segmentBytes === b.segmentBytes &&
    a.segments.length === b.segments.length &&
    a.segments.every((segment, index) => segment === b.segments[index])
  );
}
