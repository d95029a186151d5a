/** Which storage stands behind which scheme. A new one is one file and one line here; each is loaded only when it is used. */
import { SyncError } from '../errors.ts';
import { bandwidth, limitReading } from './bandwidth.ts';
import type { Place, StorageModule } from './place.ts';
import type { Storage } from './storage.ts';

const schemes: Readonly<Record<string, () => Promise<StorageModule>>> = {
  file: () => import('./file/file-storage.ts'),
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
  const storage = await (await load()).open(place);
  const slots = place.role === 'source' ? place.settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}
