/** One container of Azure Blob Storage: what every request to it needs. */
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { type ByteBudget, byteBudget } from '../budget.ts';
import { type Describe, describing } from '../objects/description.ts';
import { type KeySpace, keySpace } from '../objects/keys.ts';
import type { OpenOptions } from '../storage-module.ts';
import { containerClient } from './azure-client.ts';

export interface Container {
  readonly label: string;
  readonly client: ContainerClient;
  readonly keys: KeySpace;
  readonly describe: Describe;
  /** Of what was read and not yet taken. */
  readonly reading: ByteBudget;
  /** Of what was written and not yet acknowledged. */
  readonly writing: ByteBudget;
  /** Throws `unsafe-path`. */
  blobOf(path: string): BlockBlobClient;
}

/** Sends nothing yet. Throws `usage` where the settings do not go together. */
export function openContainer(options: OpenOptions): Container {
  const { location, content } = options.endpoint;
  const client = containerClient(options);
  const keys = keySpace(location.path);
  const budgetBytes = Math.floor(options.settings.bufferBytes / 2);
  return {
    label: location.label,
    client,
    keys,
    describe: describing(content),
    reading: byteBudget(budgetBytes),
    writing: byteBudget(budgetBytes),
    blobOf: (path) => client.getBlockBlobClient(keys.keyOf(path)),
  };
}
