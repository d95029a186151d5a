/** Proves the rights in a container with a hidden blob, which no listing shows even if the process is killed halfway. */
import { skewBetween } from '../clock.ts';
import { probeName, tempName } from '../draft-name.ts';
import type { StorageProbe } from '../storage.ts';
import { explained } from './azure-errors.ts';
import type { Container } from './container.ts';

/** Every answer carries the service's time. */
export async function containerClockSkew(
  { client, label }: Container,
  signal: AbortSignal,
): Promise<number | undefined> {
  const startMs = Date.now();
  const answer = await explained({ label, path: '', what: 'look at', signal }, () =>
    client.listBlobsFlat({ abortSignal: signal }).byPage({ maxPageSize: 1 }).next(),
  );
  const date: Date | undefined = answer.value?.date;
  return date && skewBetween(date.getTime(), startMs, Date.now());
}

export async function probeContainer({ label, blobOf }: Container, signal: AbortSignal): Promise<StorageProbe> {
  const blob = blobOf(tempName(probeName()));
  const request = { label, path: '', what: 'write a probe to', signal };
  const startMs = Date.now();
  const { date } = await explained(request, () => blob.upload('', 0, { abortSignal: signal }));
  await explained({ ...request, what: 'remove a probe from' }, () => blob.delete());
  return {
    clockSkewMs: date && skewBetween(date.getTime(), startMs, Date.now()),
    freeBytes: undefined,
    notes: [
      'uploads that are given up cannot be removed: Azure forgets their blocks after a week',
      'what was written is checked by MD5 on its way; --verify read-back reads it when it is published already',
    ],
  };
}
