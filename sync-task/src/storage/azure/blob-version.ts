/** What stands at a blob, by its properties or in a listing. */
import type { BlobItem, BlockBlobClient } from '@azure/storage-blob';
import type { ListedEntry } from '../../base/model.ts';
import type { KeySpace } from '../objects/keys.ts';
import { draftOf, mtimeOf } from '../objects/metadata.ts';
import type { StoredFile } from '../storage.ts';
import { MTIME_STEP_MS } from './azure-draft.ts';
import { isMissing } from './azure-errors.ts';

export interface BlobVersion extends StoredFile {
  readonly etag: string;
  /** The draft that it was, where it is ours. */
  readonly draft: string | undefined;
}

/** The client does not decode these characters in a listing. */
const unlisted = 'its name holds a control character, or looks as if it did';

/** Undefined where there is no blob. */
export async function look(blob: BlockBlobClient, abortSignal?: AbortSignal): Promise<BlobVersion | undefined> {
  try {
    const found = await blob.getProperties(abortSignal ? { abortSignal } : {});
    return {
      kind: found.metadata?.['hdi_isfolder'] === 'true' ? 'folder' : 'file',
      size: found.contentLength ?? 0,
      mtimeMs: mtimeOf(found.metadata, found.lastModified?.getTime() ?? 0, MTIME_STEP_MS),
      etag: found.etag ?? '',
      draft: draftOf(found.metadata),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Undefined for folders and for what is this program's own. */
export function entryOf(keys: KeySpace, item: BlobItem): ListedEntry | undefined {
  if (isFolder(item)) return undefined;
  const { name, properties, metadata } = item;
  const mtimeMs = mtimeOf(metadata, properties.lastModified.getTime(), MTIME_STEP_MS);
  const entry = keys.entryOf({ name, size: properties.contentLength ?? 0, mtimeMs });
  return entry && /&#x[0-9a-f]+;/i.test(name) ? { ...entry, kind: 'refused', reason: unlisted } : entry;
}

/** As accounts with a hierarchical namespace, and drivers of file systems, keep folders. */
function isFolder({ metadata, properties }: BlobItem): boolean {
  const { ResourceType } = properties as { ResourceType?: string };
  return metadata?.['hdi_isfolder'] === 'true' || ResourceType === 'directory';
}
