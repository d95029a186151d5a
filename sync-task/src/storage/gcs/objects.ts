/** What is asked of the objects of a bucket without changing them. */
import type { Chunk, ListedEntry } from '../../base/model.ts';
import { notAsListed, vanished } from '../changed-source.ts';
import { userMetadata } from '../objects/description.ts';
import { readObject } from '../objects/read-object.ts';
import type { FileDescription, ListOptions, ReadOptions } from '../storage.ts';
import { type GcsBucket, look, versionOf } from './bucket.ts';
import { isMissing } from './gcs-api.ts';
import { explained, statusOf } from './gcs-errors.ts';

export async function* listObjects(
  { api, keys, label }: GcsBucket,
  { prefix, signal }: ListOptions,
): AsyncGenerator<readonly ListedEntry[]> {
  const below = keys.below(prefix);
  signal.throwIfAborted();
  for (let token: string | undefined, more = true; more; ) {
    const page = await explained({ label, path: prefix, what: 'list', signal }, () => api.list(below, token, signal));
    token = page.nextPageToken;
    more = token !== undefined;
    const entries = page.items.flatMap((object) => keys.entryOf({ name: object.name, ...versionOf(object) }) ?? []);
    if (entries.length > 0) yield entries;
  }
}

export async function describeObject(bucket: GcsBucket, path: string): Promise<FileDescription | undefined> {
  const { api, keys, label } = bucket;
  const name = keys.keyOf(path);
  const found = await explained({ label, path, what: 'look at' }, () => api.describe(name));
  if (!found) return undefined;
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl, metadata } = found;
  return {
    content: {
      ...{ contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl },
      metadata: userMetadata(metadata),
    },
  };
}

export function readVersion(bucket: GcsBucket, path: string, options: ReadOptions): AsyncIterable<Chunk> {
  const { api, keys, label } = bucket;
  const { expected, start, signal } = options;
  const name = keys.keyOf(path);
  const request = { label, path, what: 'read', signal };
  return readObject({
    ...{ label, path, expected, start, budget: bucket.reading, signal },
    look: () => explained(request, () => look(bucket, name, signal)),
    fetch: (generation = '', offset, bytes, abortSignal) =>
      explained({ ...request, signal: abortSignal }, async () => {
        try {
          return { etag: generation, pieces: [await api.download(name, generation, offset, bytes, abortSignal)] };
        } catch (error) {
          if (statusOf(error) === 416) throw notAsListed(label, path, undefined, error);
          if (!isMissing(error)) throw error;
          if (await look(bucket, name)) throw notAsListed(label, path, undefined, error);
          throw vanished(label, path, error);
        }
      }),
  });
}
