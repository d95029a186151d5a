/**
 * Whether a service heeds the condition that nothing may stand there: some refuse to know it, some take it and replace what
 * stands there all the same. Each way of publishing is tried over a probe that stands.
 */
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectTarget } from './bucket.ts';
import { abortUpload, completion } from './drafts/uploads.ts';
import { isS3Error } from './s3-errors.ts';

const unless = { IfNoneMatch: '*' } as const;

/** The ways that the service replaced it in, in words. */
export async function unheededConditions(target: ObjectTarget, signal: AbortSignal): Promise<readonly string[]> {
  const { bucket, key } = target;
  const { client } = bucket;
  const at = { Bucket: bucket.name, Key: key };
  const abortSignal = { abortSignal: signal };

  async function complete(): Promise<void> {
    const { UploadId = '' } = await client.send(
      new CreateMultipartUploadCommand({ ...at, ...bucket.writing }),
      abortSignal,
    );
    try {
      const part = { ...at, UploadId, PartNumber: 1, Body: 'sync-task check\n' };
      const { ETag: etag = '' } = await client.send(new UploadPartCommand(part), abortSignal);
      await client.send(
        completion(at, UploadId, [{ number: 1, size: 16, etag, sha256: undefined }], unless),
        abortSignal,
      );
    } finally {
      await abortUpload(target, UploadId);
    }
  }

  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'small files': () =>
      client.send(new PutObjectCommand({ ...at, ...bucket.writing, ...unless, Body: '' }), abortSignal),
    'large files': complete,
    'copies inside the service': () => {
      const CopySource = `${bucket.name}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const copy = { ...at, ...bucket.writing, ...unless, CopySource, MetadataDirective: 'REPLACE' as const };
      return client.send(new CopyObjectCommand(copy), abortSignal);
    },
  };
  const unheeded: string[] = [];
  for (const [what, replace] of Object.entries(ways)) {
    try {
      await replace();
      unheeded.push(what);
    } catch (error) {
      // Where it may not be done at all, nothing can be replaced in that way either.
      if (isS3Error(error, 'NotImplemented', 501)) unheeded.push(what);
      else if (!isS3Error(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'AccessDenied', 412, 409, 403))
        throw error;
    }
  }
  return unheeded;
}
