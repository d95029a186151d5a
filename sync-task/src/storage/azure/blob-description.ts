/** Translates a blob's content headers to ours, and ours to a new blob's. */
import type { BlobHTTPHeaders, BlockBlobClient } from '@azure/storage-blob';
import { type Described, userMetadata } from '../objects/description.ts';
import type { FileDescription } from '../storage.ts';
import { isMissing } from './azure-errors.ts';

/** Undefined where there is no blob. */
export async function descriptionOf(blob: BlockBlobClient): Promise<FileDescription | undefined> {
  try {
    const found = await blob.getProperties();
    return {
      content: {
        contentType: found.contentType,
        contentEncoding: found.contentEncoding,
        contentDisposition: found.contentDisposition,
        contentLanguage: found.contentLanguage,
        cacheControl: found.cacheControl,
        metadata: userMetadata(found.metadata),
      },
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function httpHeaders(described: Described): BlobHTTPHeaders {
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl } = described;
  return {
    blobContentType: contentType,
    ...(contentEncoding === undefined ? {} : { blobContentEncoding: contentEncoding }),
    ...(contentDisposition === undefined ? {} : { blobContentDisposition: contentDisposition }),
    ...(contentLanguage === undefined ? {} : { blobContentLanguage: contentLanguage }),
    ...(cacheControl === undefined ? {} : { blobCacheControl: cacheControl }),
  };
}

/** Azure takes words of programs alone. */
export function keyOf(key: string): string {
  return key.replace(/\W/g, '_').replace(/^\d/, '_$&');
}
