/** Multipart uploads as they stand at the service: what a crash left. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import type { ObjectTarget } from '../bucket.ts';
import type { Condition } from '../conditions.ts';
import { explained, isS3Error } from '../s3-errors.ts';

export interface UploadedPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** In base64, where the service keeps it. */
  readonly sha256: string | undefined;
}

export interface StandingUpload {
  readonly uploadId: string;
  readonly parts: ReadonlyMap<number, UploadedPart>;
}

/** The upload with all its parts; `undefined` where it is gone. */
export async function standingUpload(target: ObjectTarget, uploadId: string): Promise<StandingUpload | undefined> {
  const { bucket, key, path } = target;
  const parts = new Map<number, UploadedPart>();
  return explained({ label: bucket.label, path, what: 'look at the upload of' }, async () => {
    try {
      for (let marker: string | undefined = '0'; marker !== undefined; ) {
        const page: ListPartsCommandOutput = await bucket.client.send(
          new ListPartsCommand({ Bucket: bucket.name, Key: key, UploadId: uploadId, PartNumberMarker: marker }),
        );
        for (const part of page.Parts ?? []) {
          const found = { number: part.PartNumber ?? 0, size: part.Size ?? 0, etag: part.ETag ?? '' };
          parts.set(found.number, { ...found, sha256: part.ChecksumSHA256 });
        }
        marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
      }
      return { uploadId, parts };
    } catch (error) {
      if (isS3Error(error, 'NoSuchUpload', 'NoSuchKey', 404)) return undefined;
      throw error;
    }
  });
}

/** Bytes from the beginning that stand without a gap. */
export function standingBytes({ parts }: StandingUpload): number {
  let bytes = 0;
  for (let number = 1, part = parts.get(1); part; part = parts.get(++number)) bytes += part.size;
  return bytes;
}

/**
 * Uploads for this very key to which nothing was sent. Ours are recorded before anything is sent to them, so these are all
 * that a crash can leave unrecorded. None where the service does not let us list them.
 */
export async function emptyUploads(target: ObjectTarget): Promise<readonly string[]> {
  const { bucket, key, path } = target;
  const empty: string[] = [];
  await explained({ label: bucket.label, path, what: 'list the uploads of' }, async () => {
    try {
      const page = await bucket.client.send(new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: key }));
      for (const upload of page.Uploads ?? []) {
        if (upload.Key !== key || upload.UploadId === undefined) continue;
        const standing = await standingUpload(target, upload.UploadId);
        if (standing?.parts.size === 0) empty.push(upload.UploadId);
      }
    } catch (error) {
      if (!isS3Error(error, 'AccessDenied', 'NotImplemented', 403, 501)) throw error;
    }
  });
  return empty;
}

export function completion(
  at: { readonly Bucket: string; readonly Key: string },
  UploadId: string,
  parts: readonly UploadedPart[],
  condition: Condition | Record<string, never>,
): CompleteMultipartUploadCommand {
  return new CompleteMultipartUploadCommand({
    ...at,
    UploadId,
    MultipartUpload: {
      Parts: [...parts]
        .sort((a, b) => a.number - b.number)
        .map((part) => ({
          PartNumber: part.number,
          ETag: part.etag,
          ...(part.sha256 === undefined ? {} : { ChecksumSHA256: part.sha256 }),
        })),
    },
    ...condition,
  });
}

/** Returns whether it was there. */
export async function abortUpload({ bucket, key, path }: ObjectTarget, UploadId: string): Promise<boolean> {
  return explained({ label: bucket.label, path, what: 'discard the upload of' }, async () => {
    try {
      await bucket.client.send(new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: key, UploadId }));
      return true;
    } catch (error) {
      if (isS3Error(error, 'NoSuchUpload', 'NoSuchKey', 404)) return false;
      throw error;
    }
  });
}
