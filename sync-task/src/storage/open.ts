/** Which storage stands behind which scheme. A new one is one file and one line here; each is loaded only when it is used. */
import { SyncError } from '../errors.ts';
import { bandwidth, limitReading } from './bandwidth.ts';
import type { Place, StorageModule } from './place.ts';
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
  const storage = await (await load().catch(notInstalled(scheme))).open(place);
  const slots = place.role === 'source' ? place.settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}

/** The SDKs of some services are optional dependencies. */
function notInstalled(scheme: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SyncError(
      `${scheme}:// needs a package that is left out of this installation; install with optional dependencies (npm ci without --omit=optional)`,
      { kind: 'usage', reason: 'not-installed', cause: error },
    );
  };
}
