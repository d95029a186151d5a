/** Which storage stands behind which scheme. A new one is one file and one line here; each is loaded only when it is used. */
import { SyncError } from '../errors.ts';
import { bandwidth, limitReading } from './bandwidth.ts';
import type { Place, StorageModule } from './place.ts';
import { retryReading } from './retry.ts';
import type { Storage } from './storage.ts';

const schemes: Readonly<Record<string, () => Promise<StorageModule>>> = {
  az: () => import('./azure/azure-storage.ts'),
  file: () => import('./file/file-storage.ts'),
  gs: () => import('./gcs/gcs-storage.ts'),
  memory: () => import('./memory/memory-storage.ts'),
  s3: () => import('./s3/s3-storage.ts'),
  sftp: () => import('./sftp/sftp-storage.ts'),
};

/**
 * Opens the place, its reading limited where the user asked for that at the source; throws what says why it cannot be
 * used: `usage` where nothing stands behind the scheme.
 */
export async function openStorage(place: Place): Promise<Storage> {
  const { scheme } = place.endpoint.location;
  const load = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (!load) {
    const known = Object.keys(schemes).join(', ');
    throw new SyncError(`--${place.role}: the scheme ${scheme} is not known; known are ${known}`, {
      kind: 'usage',
      reason: 'bad-url',
    });
  }
  const { settings, log, signal } = place;
  const opened = await (await load()).open(place);
  const storage = retryReading(opened, { attempts: settings.attempts, log, signal });
  const slots = place.role === 'source' ? settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}
