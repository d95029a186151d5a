/** Proves the rights in a bucket with hidden objects of its own, which no listing shows even if the process is killed halfway. */
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { skewBetween } from '../clock.ts';
import { probeName, tempName } from '../draft-name.ts';
import type { StorageProbe } from '../storage.ts';
import type { Bucket } from './bucket.ts';
import type { Conditions } from './conditions.ts';
import { abortUpload } from './drafts/uploads.ts';
import { metadataOf } from './object-version.ts';
import { unheededConditions } from './probe-conditions.ts';
import { explained, isS3Error } from './s3-errors.ts';

/** Every answer carries the service's time. */
export async function bucketClockSkew(bucket: Bucket, signal: AbortSignal): Promise<number | undefined> {
  const startMs = Date.now();
  const date = await answerDate(bucket, signal);
  return date === undefined ? undefined : skewBetween(date, startMs, Date.now());
}

async function answerDate(bucket: Bucket, abortSignal: AbortSignal): Promise<number | undefined> {
  let date: number | undefined;
  const command = new HeadBucketCommand({ Bucket: bucket.name });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const header = (result.response as { headers?: Record<string, string> }).headers?.['date'];
      date = header === undefined || Number.isNaN(Date.parse(header)) ? undefined : Date.parse(header);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readDate' },
  );
  await explained({ label: bucket.label, path: '', what: 'reach', signal: abortSignal }, () =>
    bucket.client.send(command, { abortSignal }),
  );
  return date;
}

export async function probeBucket(bucket: Bucket, fencing: Conditions, signal: AbortSignal): Promise<StorageProbe> {
  const { client, keys, label, name } = bucket;
  const notes: string[] = [];
  const probe = probeName();
  const target = { bucket, key: keys.keyOf(tempName(probe)), path: '' };
  const at = { Bucket: name, Key: target.key };
  const clockSkewMs = await bucketClockSkew(bucket, signal);

  await explained({ label, path: '', what: 'write objects in', signal }, async () => {
    const plain = {
      ...at,
      Body: 'sync-task check\n',
      Metadata: metadataOf({ mtimeMs: 0, draft: probe }),
      ...bucket.writing,
    };
    try {
      await client.send(new PutObjectCommand({ ...plain, IfNoneMatch: '*' }), { abortSignal: signal });
    } catch (error) {
      if (!isS3Error(error, 'NotImplemented', 501)) throw error;
      notes.push('it takes no conditional writes: a worker frozen past its lease is fenced off by the state alone');
      fencing.lacking();
      await client.send(new PutObjectCommand(plain), { abortSignal: signal });
    }
  });
  await explained({ label, path: '', what: 'try conditional writes in', signal }, async () => {
    const unheeded = fencing.offered ? await unheededConditions(target, signal) : [];
    if (unheeded.length === 0) return;
    fencing.unheeded();
    notes.push(
      `it heeds no conditions for ${unheeded.join(', ')}: there a frozen worker is fenced off by its lease alone`,
    );
  });
  await explained({ label, path: '', what: 'begin multipart uploads in', signal }, async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...bucket.writing }));
    if (UploadId !== undefined) await abortUpload(target, UploadId);
  });
  try {
    await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: at.Key }));
  } catch (error) {
    if (!isS3Error(error, 'AccessDenied', 'NotImplemented', 403, 501)) throw error;
    notes.push(
      'its uploads may not be listed: one that a crash left empty stays until a rule of the bucket removes it',
    );
  }
  try {
    await client.send(new DeleteObjectCommand(at));
  } catch (error) {
    if (!isS3Error(error, 'AccessDenied', 403)) throw error;
    notes.push(`objects may not be deleted, so that a probe of a few bytes stays there: ${at.Key}`);
  }
  if (await isVersioned(bucket)) notes.push('it keeps versions: every replaced object stays as an older one');
  return { clockSkewMs, freeBytes: undefined, notes };
}

/** For a note only; false where we may not ask. */
async function isVersioned({ client, name }: Bucket): Promise<boolean> {
  try {
    return (await client.send(new GetBucketVersioningCommand({ Bucket: name }))).Status === 'Enabled';
  } catch (error) {
    if (isS3Error(error, 'AccessDenied', 'NotImplemented', 'NoSuchBucket', 403, 501, 400, 404)) return false;
    throw error;
  }
}
