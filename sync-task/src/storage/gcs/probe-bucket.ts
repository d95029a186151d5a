/** Proves the rights in a bucket with a hidden object, which no listing shows even if the process is killed halfway. */
import { skewBetween } from '../clock.ts';
import { probeName, tempName } from '../draft-name.ts';
import type { StorageProbe } from '../storage.ts';
import type { GcsBucket } from './bucket.ts';
import { explained } from './gcs-errors.ts';

/** Every answer carries the service's time. */
export async function bucketClockSkew(
  { api, keys, label }: GcsBucket,
  signal: AbortSignal,
): Promise<number | undefined> {
  const startMs = Date.now();
  const request = { label, path: '', what: 'look at', signal };
  const { dateMs } = await explained(request, () => api.list(keys.below(''), undefined, signal));
  return dateMs === undefined ? undefined : skewBetween(dateMs, startMs, Date.now());
}

export async function probeBucket({ api, keys, label }: GcsBucket, signal: AbortSignal): Promise<StorageProbe> {
  const name = keys.keyOf(tempName(probeName()));
  const request = { label, path: '', what: 'write a probe to', signal };
  const startMs = Date.now();
  const made = await explained(request, () => api.insert({ name, metadata: {} }, Buffer.alloc(0), '0'));
  const endMs = Date.now();
  await explained({ ...request, what: 'remove a probe from' }, () => api.remove(name));
  const madeMs = Date.parse(made.timeCreated ?? '');
  return {
    clockSkewMs: Number.isNaN(madeMs) ? undefined : skewBetween(madeMs, startMs, endMs),
    freeBytes: undefined,
    notes: [
      'what was written is compared by CRC32C; --verify read-back reads it when it is published already',
      'an upload that a dead process left cannot always be removed: the service forgets it after a week',
    ],
  };
}
