/** The storage contract against Azurite, and what is Azure's own. */
import test, { type ExecutionContext } from 'ava';
import type { Endpoint } from '../../src/config/settings.ts';
import { open } from '../../src/storage/azure/azure-storage.ts';
import type { Place } from '../../src/storage/place.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type OpenedStorage, objectStorageContract } from '../contract/storage.ts';
import { type Azurite, azureGround, azuriteIsMissing, azuriteIsThere, startAzurite } from '../kit/azurite.ts';

let azurite: Azurite;

export function openAzure(host: string, path: string, variables: Readonly<Record<string, string>>): Promise<Storage> {
  const location = { scheme: 'az', user: '', host, port: 0, path, label: `az://${host}/${path}` };
  const endpoint = { location, variable: (name: string) => variables[name] } as Endpoint;
  const settings = { bufferBytes: 16 * 1024 * 1024, idleTimeoutMs: 60_000 };
  return open({ endpoint, role: 'target', settings } as Place);
}

async function openPlace(_: ExecutionContext): Promise<OpenedStorage> {
  const container = await azurite.newContainer();
  const storage = await openAzure(container.containerName, 'some/prefix', azurite.environment);
  return { storage, ground: azureGround(container, 'some/prefix/') };
}

if (azuriteIsThere) {
  test.before(async () => {
    azurite = await startAzurite();
  });
  test.after.always(() => azurite?.stop());
  objectStorageContract(test.serial, 'az', openPlace);
} else {
  test(azuriteIsMissing, (t) => {
    t.log(azuriteIsMissing);
    t.pass();
  });
}
