/** Which storage stands behind which scheme. A new one is one folder and one line here; each is loaded only when used. */
import type { Endpoint, Settings } from '../config/settings.ts';
import type { Log } from '../log.ts';
import { bandwidth, limitReading } from './bandwidth.ts';
import { retryReading } from './retry.ts';
import type { Storage } from './storage.ts';

export interface OpenOptions {
  readonly settings: Pick<
    Settings,
    | 'bandwidth'
    | 'connections'
    | 'bufferBytes'
    | 'connectTimeoutMs'
    | 'idleTimeoutMs'
    | 'keepaliveMs'
    | 'attempts'
    | 'reconnectMs'
  >;
  readonly log: Log;
  /** Aborted: nothing is waited for or tried again. */
  readonly signal?: AbortSignal;
}

/** Opens the place, its reading limited where the user asked for that at the source; throws what says why it cannot be used. */
export async function openStorage(
  endpoint: Endpoint,
  role: 'source' | 'target',
  options: OpenOptions,
): Promise<Storage> {
  const { settings, log, signal } = options;
  const place = await openPlace(endpoint, role, options);
  const storage = retryReading(place, { attempts: settings.attempts, log, signal });
  const slots = role === 'source' ? settings.bandwidth : undefined;
  return slots === undefined ? storage : limitReading(storage, bandwidth(slots));
}

async function openPlace(
  endpoint: Endpoint,
  role: 'source' | 'target',
  { settings, log, signal }: OpenOptions,
): Promise<Storage> {
  const { location, credentials, proxy, jumps, legacyAlgorithms = false } = endpoint;
  switch (location.scheme) {
    case 'file': {
      const { fileStorage } = await import('./file/file-storage.ts');
      return fileStorage({ root: location.path, label: location.label });
    }
    case 'sftp': {
      const { sftpStorage } = await import('./sftp/sftp-storage.ts');
      // Half of the budget for what was read and not yet taken, half for what was written and not yet acknowledged.
      return sftpStorage({
        location,
        credentials,
        proxy,
        jumps,
        legacyAlgorithms,
        role,
        log,
        signal,
        ...settings,
        bufferBytes: settings.bufferBytes / 2,
      });
    }
  }
}
