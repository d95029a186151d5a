/** Lists a bucket page by page; the next page is under way while one is worked on. No request for single objects. */
import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ListedEntry } from '../../base/model.ts';
import { isOwnName } from '../draft-name.ts';
import type { KeyNames } from '../objects/keys.ts';
import { baseOf } from '../paths.ts';
import { faultOfKey } from './keys.ts';
import { uploadedMs } from './object-version.ts';
import { explained } from './s3-errors.ts';

export interface Listing {
  readonly client: S3Client;
  readonly bucket: string;
  readonly keys: KeyNames;
  readonly label: string;
  /** Only what is below this folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export async function* listObjects(listing: Listing): AsyncGenerator<readonly ListedEntry[]> {
  const { client, bucket, label, folder, signal } = listing;
  const Prefix = listing.keys.below(folder);
  signal.throwIfAborted();

  function ask(ContinuationToken: string | undefined): Promise<ListObjectsV2CommandOutput> {
    // Keys may hold what XML cannot, so they come encoded.
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix, ContinuationToken, EncodingType: 'url' });
    const page = explained({ label, path: folder, what: 'list', signal }, () =>
      client.send(command, { abortSignal: signal }),
    );
    page.catch(() => undefined); // heard below, or the reader has left
    return page;
  }

  for (let next: Promise<ListObjectsV2CommandOutput> | undefined = ask(undefined); next; ) {
    const page: ListObjectsV2CommandOutput = await next;
    next = page.IsTruncated && page.NextContinuationToken ? ask(page.NextContinuationToken) : undefined;
    const read = page.EncodingType === 'url' ? decoded : (key: string) => key; // not every service does so
    const entries = (page.Contents ?? []).flatMap((object) =>
      entryOf(listing.keys.textOf(read(object.Key ?? '')), object),
    );
    if (entries.length > 0) yield entries;
  }
}

function entryOf(
  path: string,
  object: { Size?: number | undefined; LastModified?: Date | undefined },
): ListedEntry | [] {
  const size = object.Size ?? 0;
  // What consoles make to show an empty folder, the prefix itself included.
  if (size === 0 && (path === '' || path.endsWith('/'))) return [];
  if (isOwnName(baseOf(path))) return [];
  const version = { path, size, mtimeMs: uploadedMs(object) };
  const reason = faultOfKey(path);
  return reason === undefined ? { ...version, kind: 'file' } : { ...version, kind: 'refused', reason };
}

/** What is not encoded as was asked for stays as it is, and is refused for what it holds. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return `${key}\0`;
  }
}
