/** Which storage stands behind which scheme. A new one is one file and one line here; each is loaded only when it is used. */
import { SyncError } from '../base/errors.ts';
import { bandwidth, limitReading } from './around/bandwidth.ts';
import { inPlace } from './around/in-place.ts';
import { retryReading } from './around/retry.ts';
import { folderAbove, singleFile } from './around/single-file.ts';
import { baseOf } from './paths.ts';
import type { Storage } from './storage.ts';
import type { Place, StorageModule } from './storage-module.ts';

const schemes: Readonly<Record<string, () => Promise<StorageModule>>> = {
  az: () => import('./azure/azure-storage.ts'),
  file: () => import('./file/file-storage.ts'),
  gs: () => import('./gcs/gcs-storage.ts'),
  memory: () => import('./memory/memory-storage.ts'),
  s3: () => import('./s3/s3-storage.ts'),
  sftp: () => import('./sftp/sftp-storage.ts'),
};

/** There a root that does not stand, or is no folder, fails to be listed. */
const hasFolders: readonly string[] = ['file', 'sftp'];

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
  const { open } = await load();
  const root = await openAt(place, open);
  const { location } = place.endpoint;
  const above = place.role === 'source' ? folderAbove(location) : undefined;
  if (!above) return root;
  return singleFile(root, {
    name: baseOf(location.path),
    mayListNothing: !hasFolders.includes(scheme),
    openAbove: () => openAt({ ...place, endpoint: { ...place.endpoint, location: above } }, open),
  });
}

async function openAt(place: Place, open: StorageModule['open']): Promise<Storage> {
  const { settings, log, signal } = place;
  const opened = await open(place);
  const isInPlace = place.role === 'target' && settings.publish === 'in-place';
  const storage = retryReading(isInPlace ? inPlace(opened) : opened, { attempts: settings.attempts, log, signal });
  const slots = place.role === 'source' ? settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}
