/**
 * A file's bytes through its chain, and where a later attempt can go on: at each border between two segments of the output,
 * the state of the transforms, how far they had read, and what they had made beyond the border by then.
 */

import { bytesFrom, textOf } from '../stepwise.ts';
import type { BoundedFile, ByteStream, ResumableRun, SavedState } from '../transform.ts';
import type { Chain } from './chain.ts';

/** Kept in the state as JSON. */
export interface SavedTransforms {
  readonly state: SavedState;
  /** Bytes of the source that they had taken. */
  readonly readBytes: number;
  /** Output behind the border, less than a segment. */
  readonly ahead: string;
}

export interface ResumePoint {
  /** Whole segments of output before it. */
  readonly segments: number;
  readonly transforms: SavedTransforms;
}

export interface ChangedPiece {
  readonly bytes: Uint8Array;
  /** Only where a border lies in these bytes, and all transforms of the file can save their state. */
  readonly point?: ResumePoint;
}

export interface Start {
  readonly segmentBytes: number;
  /** Segments that an earlier attempt made, and its state behind them. The input begins where it had read to. */
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

  /** The run waits behind these bytes, so that it can be saved. */
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
