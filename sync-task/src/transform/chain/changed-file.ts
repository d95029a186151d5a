/**
 * A file's bytes through its chain, with the points where a later attempt can resume. At each end of an output segment a point
 * holds the state of the transforms, how far they had read, and what they had made beyond that end.
 */

import { bytesFrom, textOf } from '../stepwise.ts';
import type { BoundedFile, ByteStream, ResumableRun, SavedState } from '../transform.ts';
import type { Chain } from './chain.ts';

/** Kept in the state as JSON. */
export interface SavedTransforms {
  readonly state: SavedState;
  /** Bytes of the source that the transforms had pulled. */
  readonly readBytes: number;
  /** Output beyond the segment's end, less than a segment, in base64. */
  readonly ahead: string;
}

export interface ResumePoint {
  /** Whole segments of output before it. */
  readonly segments: number;
  readonly transforms: SavedTransforms;
}

export interface ChangedPiece {
  readonly bytes: Uint8Array;
  /** Only where a segment ends in these bytes, and every transform of the file can save its state. */
  readonly point?: ResumePoint;
}

export interface Start {
  readonly segmentBytes: number;
  /** Segments that an earlier attempt made. The input begins where its transforms had read to. */
  readonly segments: number;
  readonly transforms?: SavedTransforms | undefined;
}

/** The rest of the output. Throws what the transforms throw. */
export async function* changedFile(
  chain: Chain,
  path: string,
  input: ByteStream,
  { segmentBytes, segments, transforms }: Start,
  file: BoundedFile,
): AsyncGenerator<ChangedPiece> {
  let made = segments * segmentBytes;
  let readBytes = transforms?.readBytes ?? 0;

  async function* counted(): ByteStream {
    for await (const piece of input) {
      readBytes += piece.length;
      yield piece;
    }
  }

  /** The run waits at this output, so that it can be saved. */
  function changed(bytes: Uint8Array, run: ResumableRun): ChangedPiece {
    const before = Math.floor(made / segmentBytes);
    made += bytes.length;
    const segments = Math.floor(made / segmentBytes);
    if (segments === before) return { bytes };
    const ahead = bytes.subarray(bytes.length - (made - segments * segmentBytes));
    return { bytes, point: { segments, transforms: { state: run.save(), readBytes, ahead: textOf(ahead) } } };
  }

  const run = chain.resume(path, counted(), transforms?.state);
  if (run === undefined) {
    for await (const bytes of chain.apply(path, counted(), file)) if (bytes.length > 0) yield { bytes };
    return;
  }
  const ahead = bytesFrom(transforms?.ahead ?? '');
  if (ahead.length > 0) yield changed(ahead, run);
  for await (const bytes of run.output) if (bytes.length > 0) yield changed(bytes, run);
}
