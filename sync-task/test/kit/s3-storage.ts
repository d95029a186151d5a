/** Opens our storage on a bucket. */
import { parseLocation } from '../../src/config/parse/location.ts';
import { readSecret } from '../../src/config/secrets.ts';
import type { ObjectSettings } from '../../src/config/settings.ts';
import { open } from '../../src/storage/s3/s3-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { OpenOptions } from '../../src/storage/storage-module.ts';
import { noCredentials, silentLog } from './sftp-storage.ts';

export interface S3Options {
  readonly bufferBytes?: number;
  readonly s3?: ObjectSettings;
  readonly idleTimeoutMs?: number;
}

export function openS3(
  url: string,
  environment: Readonly<Record<string, string>>,
  { bufferBytes = 32 * 1024 * 1024, s3, idleTimeoutMs = 30_000 }: S3Options = {},
): Promise<Storage> {
  const variable = (name: string) =>
    readSecret(environment, `SYNC_TASK_TARGET_${name}`) ?? readSecret(environment, name);
  const options: OpenOptions = {
    role: 'target',
    endpoint: {
      location: parseLocation(url, '--target'),
      credentials: noCredentials,
      variable,
      ...(s3 === undefined ? {} : { s3 }),
    },
    settings: {
      bufferBytes,
      bandwidth: undefined,
      connections: undefined,
      connectTimeoutMs: 10_000,
      idleTimeoutMs,
      keepaliveMs: 10_000,
      attempts: 1,
      reconnectMs: 0,
      publish: 'rename',
    },
    log: silentLog,
  };
  return open(options);
}
