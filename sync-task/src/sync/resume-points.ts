/**
 * Where the copy of a transformed file can go on: at each border between two segments of the output, the state of the
 * transforms, how far they had read, and what they had made beyond the border by then.
 */

import { bytesFrom, textOf } from '../transform/stepwise.ts';
import type { ResumableRun, SavedState } from '../transform/transform.ts';

/** Kept in the state as JSON. */
export interface SavedTransforms {
  readonly state: SavedState;
  /** Bytes of the source that they had taken. */
  readonly readBytes: number;
  /** Output behind the border, less than a segment. */
  readonly ahead: string;
}

export interface ResumePoints {
  /** To be called with each piece of output while the run waits behind it. */
  look(run: ResumableRun, piece: Uint8Array, readBytes: number): void;
  /** The last one that needs no more than this many stored segments. Those before it are forgotten. */
  upTo(segments: number): { readonly segments: number; readonly transforms: SavedTransforms } | undefined;
}

/** @param start bytes of output that are made already */
export function resumePoints(segmentBytes: number, start: number): ResumePoints {
  const points: { readonly segments: number; readonly transforms: SavedTransforms }[] = [];
  let made = start;
  return {
    look(run, piece, readBytes) {
      const before = Math.floor(made / segmentBytes);
      made += piece.length;
      const segments = Math.floor(made / segmentBytes);
      if (segments === before) return;
      const ahead = piece.subarray(piece.length - (made - segments * segmentBytes));
      points.push({ segments, transforms: { state: run.save(), readBytes, ahead: textOf(ahead) } });
    },
    upTo(segments) {
      const usable = points.filter((point) => point.segments <= segments).length;
      return points.splice(0, usable).at(-1);
    },
  };
}

/** What a run that goes on there starts with. */
export function outputAhead({ ahead }: SavedTransforms): Uint8Array {
  return bytesFrom(ahead);
}
