/**
 * SHA-256 of every segment of a file. Node's own SHA-256 is five times as fast as any whose state can be saved, so a
 * file that is resumed later hashes from a segment's border instead (docs/decisions/0002).
 */
import { createHash } from 'node:crypto';
import type { Chunk, ContentDigest } from '../../base/model.ts';

export interface SegmentDigest {
  update(chunk: Chunk): void;
  /** Of the segments that are whole. */
  readonly whole: ContentDigest;
  /** An empty file has one segment, of no bytes. */
  finish(): ContentDigest;
}

/** @param before the whole segments of an earlier attempt; hashing resumes behind them */
export function segmentDigest(segmentBytes: number, before: readonly string[] = []): SegmentDigest {
  const segments: string[] = [...before];
  let hash = createHash('sha256');
  let left = segmentBytes;

  /** A segment is whole as soon as its last byte is there, so that it can be saved; only the last one ends early. */
  function update(piece: Uint8Array): void {
    for (let rest = piece; rest.length > 0; ) {
      const part = rest.length > left ? rest.subarray(0, left) : rest;
      hash.update(part);
      left -= part.length;
      rest = rest.subarray(part.length);
      if (left === 0) {
        segments.push(hash.digest('hex'));
        hash = createHash('sha256');
        left = segmentBytes;
      }
    }
  }

  return {
    get whole() {
      return { segmentBytes, segments: [...segments] };
    },
    update(chunk) {
      for (const piece of chunk) update(piece);
    },
    finish() {
      if (left < segmentBytes || segments.length === 0) segments.push(hash.digest('hex'));
      return { segmentBytes, segments };
    },
  };
}

/** The first segment that is not the same, from 0; both have segments of one size. */
export function firstDifference(a: ContentDigest, b: ContentDigest): number | undefined {
  const [more, fewer] = a.segments.length > b.segments.length ? [a, b] : [b, a];
  const index = more.segments.findIndex((segment, each) => segment !== fewer.segments[each]);
  return index < 0 ? undefined : index;
}
