/** What a copy writes: the source's bytes, or what the transforms make of them, behind what is stored already. */
import type { Chunk } from '../../base/model.ts';
import type { FileDescription } from '../../storage/storage.ts';
import type { ResumePoint } from '../../transform/chain/changed-file.ts';
import type { FileContext } from '../../transform/transform.ts';
import type { Context } from '../context.ts';
import type { Attempt } from './attempt.ts';
import type { Stored } from './remains.ts';
import type { SegmentDigest } from './segment-digest.ts';
import type { Transfer } from './transfer.ts';

export interface Content {
  readonly chunk: Chunk;
  /** Of transformed files: where a later attempt can resume. */
  readonly point?: ResumePoint;
}

interface Reading {
  /** The draft has taken a chunk's bytes when its `write` returns, so their memory may be used again. */
  readonly takesAtOnce: boolean;
  readonly stored: Stored | undefined;
  /** Of transformed files: of what is read. */
  readonly sourceDigest: SegmentDigest | undefined;
  readonly file: FileContext;
}

export async function* sourceContent(
  { context, threads, bytes }: Transfer,
  { path, version, claim }: Attempt,
  { takesAtOnce, stored, sourceDigest, file }: Reading,
): AsyncGenerator<Content> {
  const { source, signal, settings } = context;
  const transforms = stored?.transforms;
  // A transform may keep what it was given.
  const borrow = takesAtOnce && claim.chain === '';
  const start = transforms?.readBytes ?? stored?.offset ?? 0;
  const chunks = source.read(path, { expected: version, start, borrow, signal });

  if (claim.chain === '') {
    for await (const chunk of chunks) {
      for (const piece of chunk) bytes.read += piece.length;
      yield { chunk };
    }
    return;
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      sourceDigest?.update(chunk); // before a transform changes it in place
      for (const piece of chunk) {
        bytes.read += piece.length;
        yield piece;
      }
    }
  }
  const segmentBytes = settings.checkpointBytes;
  const from = { segmentBytes, segments: stored?.segments.length ?? 0, transforms };
  for await (const { bytes, point } of threads.changed(path, version.size, pieces(), from, file)) {
    yield { chunk: [bytes], ...(point && { point }) };
  }
}

/**
 * What the source says of the file, where the target keeps it. Of changed content only what its owner says stays true: the type and the
 * encoding no longer are.
 */
export async function sourceDescription(
  { source, target }: Context,
  { path, claim }: Attempt,
): Promise<FileDescription | undefined> {
  const found = target.describe || source.describesTimes ? await source.describe?.(path) : undefined;
  if (!found || claim.chain === '') return found;
  const { cacheControl, metadata } = found.content;
  return { ...found, content: { cacheControl, metadata } };
}
