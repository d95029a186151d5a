/** What every module behind a scheme exports (`open.ts`), and what it is opened with. */

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
  /** Throws why the endpoint cannot be used: `usage` for settings, before anything is sent. */
  open(options: OpenOptions): Promise<Storage>;
}
