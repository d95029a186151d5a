/** Which storage stands behind which scheme. A new one is one folder and one line here; each is loaded only when it is used. */
import { SyncError } from '../base/errors.ts';
import { bandwidth, limitReading } from './around/bandwidth.ts';
import { inPlace } from './around/in-place.ts';
import { retryReading } from './around/retry.ts';
import { folderAbove, singleFile } from './around/single-file.ts';
import { baseOf } from './paths.ts';
import type { Storage } from './storage.ts';
import type { OpenOptions, StorageModule } from './storage-module.ts';

const schemes: Readonly<Record<string, () => Promise<StorageModule>>> = {
  az: () => import('./azure/azure-storage.ts'),
  file: () => import('./file/file-storage.ts'),
  gs: () => import('./gcs/gcs-storage.ts'),
  memory: () => import('./memory/memory-storage.ts'),
  s3: () => import('./s3/s3-storage.ts'),
  sftp: () => import('./sftp/sftp-storage.ts'),
};

/** Schemes where listing fails for a root that is missing, or is no folder. */
const hasFolders: readonly string[] = ['file', 'sftp'];

/**
 * Opens the endpoint, wrapped in what the settings ask for: retries, a bandwidth limit at the source, `--publish in-place` at
 * the target. Throws why it cannot be used: `usage` for an unknown scheme.
 */
export async function openStorage(options: OpenOptions): Promise<Storage> {
  const { scheme } = options.endpoint.location;
  const load = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (!load) {
    const known = Object.keys(schemes).join(', ');
    throw new SyncError(`--${options.role}: the scheme ${scheme} is not known; known are ${known}`, {
      kind: 'usage',
      reason: 'bad-url',
    });
  }
  const { open } = await load();
  const root = await openAt(options, open);
  const { location } = options.endpoint;
  const above = options.role === 'source' ? folderAbove(location) : undefined;
  if (!above) return root;
  return singleFile(root, {
    name: baseOf(location.path),
    mayListNothing: !hasFolders.includes(scheme),
    openAbove: () => openAt({ ...options, endpoint: { ...options.endpoint, location: above } }, open),
  });
}

async function openAt(options: OpenOptions, open: StorageModule['open']): Promise<Storage> {
  const { settings, log, signal } = options;
  const opened = await open(options);
  const isInPlace = options.role === 'target' && settings.publish === 'in-place';
  const storage = retryReading(isInPlace ? inPlace(opened) : opened, { attempts: settings.attempts, log, signal });
  const slots = options.role === 'source' ? settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}
