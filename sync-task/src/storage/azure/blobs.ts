/** How the blobs of a container are listed and read. */
import type { Chunk, ListedEntry } from '../../base/model.ts';
import { notAsListed, vanished } from '../changed-source.ts';
import { readObject } from '../objects/read-object.ts';
import type { ListOptions, ReadOptions } from '../storage.ts';
import { explained, isMissing, statusOf } from './azure-errors.ts';
import { entryOf, look } from './blob-version.ts';
import type { Container } from './container.ts';

/** The most that Azure gives in one answer. */
const PAGE_BLOBS = 5000;

export async function* listBlobs(
  { client, keys, label }: Container,
  { prefix, signal }: ListOptions,
): AsyncGenerator<readonly ListedEntry[]> {
  const below = keys.below(prefix);
  signal.throwIfAborted();
  const pages = client
    .listBlobsFlat({ prefix: below, includeMetadata: true, abortSignal: signal })
    .byPage({ maxPageSize: PAGE_BLOBS });
  for (;;) {
    const page = await explained({ label, path: prefix, what: 'list', signal }, () => pages.next());
    signal.throwIfAborted();
    if (page.done) return;
    const entries = page.value.segment.blobItems.flatMap((item) => entryOf(keys, item) ?? []);
    if (entries.length > 0) yield entries;
  }
}

export function readVersion(container: Container, path: string, options: ReadOptions): AsyncIterable<Chunk> {
  const { label } = container;
  const { expected, start, signal } = options;
  const blob = container.blobOf(path);
  const request = { label, path, what: 'read', signal };

  async function fetch(etag: string, offset: number, bytes: number, abortSignal: AbortSignal): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    try {
      await blob.downloadToBuffer(buffer, offset, bytes, {
        abortSignal,
        blockSize: bytes,
        concurrency: 1,
        conditions: { ifMatch: etag },
      });
      return buffer;
    } catch (error) {
      if (statusOf(error) === 412 || statusOf(error) === 416) throw notAsListed(label, path, undefined, error);
      if (isMissing(error)) throw vanished(label, path, error);
      throw error;
    }
  }

  return readObject({
    ...{ label, path, expected, start, budget: container.reading, signal },
    look: () =>
      explained(request, async () => {
        const found = await look(blob, signal);
        if (found?.kind === 'folder') throw notAsListed(label, path);
        return found;
      }),
    fetch: (etag = '', offset, bytes, abortSignal) =>
      explained({ ...request, signal: abortSignal }, async () => ({
        etag,
        pieces: [await fetch(etag, offset, bytes, abortSignal)],
      })),
  });
}
