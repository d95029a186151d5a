/** Which bucket of which service a storage is: two of one service can copy among themselves. */
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { SyncError } from '../../../base/errors.ts';
import { copyOffers } from '../../copy-offers.ts';
import type { CopyOrigin } from '../../storage.ts';
import { type Bucket, describeObject } from '../bucket.ts';
import { uploadedMs } from '../object-version.ts';

interface Offer {
  /** Its endpoint. */
  readonly service: string;
  readonly bucket: Bucket;
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly found: HeadObjectCommandOutput;
}

/** Other buckets of the service may copy from one that is in it. */
export const offers = copyOffers<Offer>();

/** The object as the service sees it with the target's rights; undefined where it can't copy from there, or it has changed. */
export async function copySource(
  target: Bucket,
  service: string,
  { storage, path, expected }: CopyOrigin,
): Promise<CopySource | undefined> {
  const other = offers.of(storage);
  if (!other || other.service !== service) return undefined;
  const key = other.bucket.keys.keyOf(path);
  const from = { bucket: { ...other.bucket, client: target.client }, key, path };
  const found = await describeObject(from).catch((error: unknown) => {
    if (error instanceof SyncError && error.kind === 'permission') return undefined; // then its bytes go through us
    throw error;
  });
  if (!found || found.ContentLength !== expected.size || uploadedMs(found) !== expected.mtimeMs) return undefined;
  return { bucket: other.bucket.name, key, found };
}
