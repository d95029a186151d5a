/** The digest of a stored file: asked of the server where it hashes files, else computed by reading. */
import type { ContentDigest, FileVersion } from '../../base/model.ts';
import type { Storage } from '../../storage/storage.ts';
import { firstDifference, segmentDigest } from './segment-digest.ts';

export interface ContentDigestOptions {
  /** Throws `changed` where the file has another version by now. */
  readonly expected: FileVersion;
  readonly segmentBytes: number;
  /** Of the finished draft of this name instead of the published file. */
  readonly draft?: string;
  /** Read it, even where the server hashes files. */
  readonly byReading?: boolean;
  readonly signal: AbortSignal;
  /** Called as bytes are hashed: `read` and hashed here, or `asked` of the server. */
  onBytes?(bytes: number, how: 'read' | 'asked'): void;
}

export interface FoundContent {
  readonly digest: ContentDigest;
  /** Bytes that had to be read for it. */
  readonly readBytes: number;
}

export async function contentDigest(
  storage: Storage,
  path: string,
  options: ContentDigestOptions,
): Promise<FoundContent> {
  const { expected, segmentBytes, signal, onBytes } = options;
  const draft = options.draft === undefined ? {} : { draft: options.draft };
  const asked = options.byReading ? undefined : storage.hashSegments;
  const hashed = (await asked?.(path, { size: expected.size, segmentBytes, signal, ...draft })) ?? [];
  const start = Math.min(hashed.length * segmentBytes, expected.size);
  onBytes?.(start, 'asked');
  // Even where nothing is left to read: it checks that the version is still the same.
  const digest = segmentDigest(segmentBytes, hashed);
  for await (const chunk of storage.read(path, { expected, start, borrow: true, signal, ...draft })) {
    digest.update(chunk);
    onBytes?.(
      chunk.reduce((sum, piece) => sum + piece.length, 0),
      'read',
    );
  }
  return { digest: digest.finish(), readBytes: expected.size - start };
}

/**
 * The first segment, from 0, that differs from the digest; undefined where none does. Servers may hash wrongly, so a difference
 * counts only when reading confirms it.
 */
export async function compareContent(
  storage: Storage,
  path: string,
  recorded: ContentDigest,
  options: Omit<ContentDigestOptions, 'segmentBytes' | 'byReading'>,
): Promise<number | undefined> {
  const { segmentBytes } = recorded;
  const first = await contentDigest(storage, path, { ...options, segmentBytes });
  const difference = firstDifference(first.digest, recorded);
  if (difference === undefined || first.readBytes === options.expected.size) return difference;
  const read = await contentDigest(storage, path, { ...options, segmentBytes, byReading: true });
  return firstDifference(read.digest, recorded);
}
