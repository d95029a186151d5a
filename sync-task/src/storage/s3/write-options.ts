/** How objects are to be stored, as it is said with every upload. */
import type { ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3';
import { SyncError } from '../../base/errors.ts';
import type { ObjectSettings } from '../../config/settings.ts';

/** No ACL: who owns the bucket owns what is in it. */
export interface WriteOptions {
  readonly StorageClass?: StorageClass;
  readonly ServerSideEncryption?: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
  readonly Tagging?: string;
}

/** Throws `usage`. */
export function writeOptions(settings: ObjectSettings | undefined): WriteOptions {
  const { storageClass, encryption, tags } = settings ?? {};
  return {
    ...(storageClass === undefined ? {} : { StorageClass: storageClass.toUpperCase() as StorageClass }),
    ...(encryption === undefined ? {} : encryptionOf(encryption)),
    ...(tags === undefined ? {} : { Tagging: tagging(tags) }),
  };
}

function encryptionOf(text: string): WriteOptions {
  if (text === 'AES256') return { ServerSideEncryption: 'AES256' };
  const [, method, key] = /^(aws:kms|aws:kms:dsse)(?::(?!dsse)(.+))?$/.exec(text) ?? [];
  if (method === undefined) {
    throw bad('--target-s3-encryption: write AES256, aws:kms, or aws:kms:KEY with the id or ARN of a key');
  }
  return {
    ServerSideEncryption: method as ServerSideEncryption,
    ...(key === undefined ? {} : { SSEKMSKeyId: key }),
  };
}

/** `team=a,feed=b` as S3 wants it. */
function tagging(text: string): string {
  const pairs = text.split(',').map((pair) => pair.split('='));
  if (pairs.some(([key, value, ...more]) => !key || value === undefined || more.length > 0)) {
    throw bad('--target-s3-tags: write KEY=VALUE, several separated by ","');
  }
  return new URLSearchParams(pairs as [string, string][]).toString();
}

function bad(message: string): SyncError {
  return new SyncError(message, { kind: 'usage', reason: 'bad-option' });
}
