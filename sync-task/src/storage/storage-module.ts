/** What a storage is opened with: every module that `open.ts` names has an `open` that takes this. */

import type { Log } from '../base/log.ts';
import type { Endpoint, Settings } from '../config/settings.ts';
import type { Storage } from './storage.ts';

export interface OpenOptions {
  readonly endpoint: Endpoint;
  readonly role: 'source' | 'target';
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
    | 'publish'
  >;
  readonly log: Log;
  /** Aborted: nothing is waited for or tried again. */
  readonly signal?: AbortSignal;
}

export interface StorageModule {
  /** Throws what says why the place cannot be used. */
  open(options: OpenOptions): Promise<Storage>;
}
