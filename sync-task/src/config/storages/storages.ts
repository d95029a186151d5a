/** Every storage with variables, secrets or options of its own. A new one adds its file here. */
import { azure } from './azure.ts';
import { gcs } from './gcs.ts';
import { s3 } from './s3.ts';
import { sftp } from './sftp.ts';

/** In the order of messages. */
export const storages = [sftp, s3, azure, gcs] as const;

export const storageOptions = { ...sftp.options, ...s3.options, ...azure.options, ...gcs.options };

/** A variable that a storage reads. One that is declared nowhere can't be set for one side: it would be refused. */
export type StorageVariable = (typeof storages)[number]['variables'][number];

/** The schemes of the storages that keep objects in buckets. */
export const clouds: readonly string[] = storages.flatMap(({ scheme, isCloud }) => (isCloud ? scheme : []));
