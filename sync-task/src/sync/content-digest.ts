/** The digest of a file as it stands somewhere: from the place itself where it hashes files, else from reading it. */
import type { ContentDigest, FileVersion } from '../model.ts';
import type { Storage } from '../storage/storage.ts';
import { segmentDigest } from './segment-digest.ts';

export interface ContentDigestOptions {
  /** Throws `changed` where it is another version by now. */
  readonly expected: FileVersion;
  readonly segmentBytes: number;
  /** Of the finished draft of this name instead of the published file. */
  readonly draft?: string;
  readonly signal: AbortSignal;
  /** Called as bytes are hashed, wherever that happens. */
  onBytes?(bytes: number): void;
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
  const hashed = (await storage.hashSegments?.(path, { size: expected.size, segmentBytes, signal, ...draft })) ?? [];
  const start = Math.min(hashed.length * segmentBytes, expected.size);
  onBytes?.(start);
  // Nothing may be left to read: then this looks whether it is still the same version.
  const digest = segmentDigest(segmentBytes, hashed);
  for await (const chunk of storage.read(path, { expected, start, borrow: true, signal, ...draft })) {
    digest.update(chunk);
    onBytes?.(chunk.reduce((sum, piece) => sum + piece.length, 0));
  }
  return { digest: digest.finish(), readBytes: expected.size - start };
}
