/**
 * What an object says of itself. Its own time is that of the upload, set by the service. The file's time travels as metadata,
 * under the name and in the form that rclone uses too.
 */
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { FileVersion } from '../../base/model.ts';
import { asHeaders, userMetadata } from '../objects/description.ts';
import { metadataForm } from '../objects/metadata.ts';
import type { ContentDescription, DraftOptions } from '../storage.ts';
import type { Bucket } from './bucket.ts';

/** Times of objects come in whole seconds. */
export const MTIME_STEP_MS = 1000;

const form = metadataForm({
  draftKey: 'sync-task-draft',
  writeTime: (ms) => (ms / 1000).toFixed(3),
  readTime: (seconds) => (/^-?\d{1,12}(\.\d+)?$/.test(seconds) ? Math.round(Number(seconds) * 1000) : undefined),
});
export const { metadataOf } = form;

/** What a response says of an object. */
export interface Described {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

/** What the source or the user says of the content, and the metadata that we need, as every way of uploading takes it. */
export function describedAs(
  { describe }: Pick<Bucket, 'describe'>,
  path: string,
  options: Pick<DraftOptions, 'description' | 'mtimeMs' | 'mark' | 'name'>,
  sha256?: string,
) {
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl, metadata } = describe(
    path,
    options.description,
  );
  return {
    ContentType: contentType,
    ContentEncoding: contentEncoding,
    ContentDisposition: contentDisposition,
    ContentLanguage: contentLanguage,
    CacheControl: cacheControl,
    Metadata: {
      ...asHeaders(metadata, (key) => key.toLowerCase()),
      ...metadataOf({ mtimeMs: options.mtimeMs, draft: options.mark ?? options.name, sha256 }),
    },
  };
}

export function descriptionOf(found: HeadObjectCommandOutput): ContentDescription {
  return {
    contentType: found.ContentType,
    contentEncoding: found.ContentEncoding,
    contentDisposition: found.ContentDisposition,
    contentLanguage: found.ContentLanguage,
    cacheControl: found.CacheControl,
    metadata: userMetadata(found.Metadata),
  };
}

/** Which draft it was; undefined where it is not of ours. */
export function draftOf({ Metadata }: Described): string | undefined {
  return form.draftOf(Metadata);
}

/** The modification time of the file that it was made from; undefined where nobody kept it. */
export function keptMtimeMs({ Metadata }: Described): number | undefined {
  return form.keptMtimeMs(Metadata);
}

/** When it was uploaded, as listings say it. */
export function uploadedMs({ LastModified }: Described): number {
  return whole(LastModified?.getTime() ?? 0);
}

/** As a file: with the kept time where there is one. */
export function fileVersionOf(object: Described): FileVersion {
  return { size: object.ContentLength ?? 0, mtimeMs: whole(keptMtimeMs(object) ?? uploadedMs(object)) };
}

export function whole(ms: number): number {
  return Math.floor(ms / MTIME_STEP_MS) * MTIME_STEP_MS;
}
