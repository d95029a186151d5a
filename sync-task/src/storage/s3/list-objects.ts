/** Lists a bucket page by page, with no request for single objects. The next page is under way while one is handled. */
import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListedEntry } from '../../base/model.ts';
import type { ListOptions } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import { uploadedMs } from './object-version.ts';
import { explained } from './s3-errors.ts';

export async function* listObjects(
  { client, name, keys, label }: Bucket,
  { prefix, signal }: ListOptions,
): AsyncGenerator<readonly ListedEntry[]> {
  const Prefix = keys.below(prefix);
  signal.throwIfAborted();

  function ask(ContinuationToken: string | undefined): Promise<ListObjectsV2CommandOutput> {
    // Keys may hold what XML cannot, so they come encoded.
    const command = new ListObjectsV2Command({ Bucket: name, Prefix, ContinuationToken, EncodingType: 'url' });
    const page = explained({ label, path: prefix, what: 'list', signal }, () =>
      client.send(command, { abortSignal: signal }),
    );
    page.catch(() => undefined); // heard below, or the reader has left
    return page;
  }

  for (let next: Promise<ListObjectsV2CommandOutput> | undefined = ask(undefined); next; ) {
    const page: ListObjectsV2CommandOutput = await next;
    next = page.IsTruncated && page.NextContinuationToken ? ask(page.NextContinuationToken) : undefined;
    const read = page.EncodingType === 'url' ? decoded : (key: string) => key; // not every service does so
    const entries = (page.Contents ?? []).flatMap((object) => {
      const listed = { name: read(object.Key ?? ''), size: object.Size ?? 0, mtimeMs: uploadedMs(object) };
      return keys.entryOf(listed) ?? [];
    });
    if (entries.length > 0) yield entries;
  }
}

/** A key that is not encoded as asked for gets a NUL, so that it is listed as refused. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return `${key}\0`;
  }
}
