/** The storage contract against Azurite, and what is Azure's own. */
import { setImmediate } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Endpoint } from '../../../src/config/settings.ts';
import { open } from '../../../src/storage/azure/azure-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { OpenOptions } from '../../../src/storage/storage-module.ts';
import { listAll, noise, someDraft, startDraft, throwsSyncError } from '../../contract/storage/arrange.ts';
import { type OpenedStorage, objectStorageContract } from '../../contract/storage.ts';
import { type Azurite, azureGround, startAzurite } from '../../kit/azurite.ts';
import { needs } from '../../kit/needs.ts';

const MiB = 1024 * 1024;
let azurite: Azurite;

export function openAzure(host: string, path: string, variables: Readonly<Record<string, string>>): Promise<Storage> {
  const location = { scheme: 'az', user: '', host, port: 0, path, label: `az://${host}/${path}` };
  const endpoint = { location, variable: (name: string) => variables[name] } as Endpoint;
  const settings = { bufferBytes: 16 * 1024 * 1024, idleTimeoutMs: 60_000 };
  return open({ endpoint, role: 'target', settings } as OpenOptions);
}

async function openPlace(_: ExecutionContext): Promise<OpenedStorage> {
  const container = await azurite.newContainer();
  const storage = await openAzure(container.containerName, 'some/prefix', azurite.environment);
  return { storage, ground: azureGround(container, 'some/prefix/') };
}

const test = needs('Azurite');
test.before(async () => {
  azurite = await startAzurite();
});
test.after.always(() => azurite?.stop());
objectStorageContract(test.serial, 'az', openPlace);

test.serial('other processes go on with an upload, and with what was gone on with, by the draft alone', async (t) => {
  const container = await azurite.newContainer();
  const content = noise(5 * MiB + 77);
  const names = [someDraft('file'), someDraft('file'), someDraft('file')] as const;
  const ends = [3 * MiB, 4 * MiB, content.length] as const;
  for (const [index, name] of names.entries()) {
    await using storage = await openAzure(container.containerName, '', azurite.environment);
    const offset = index === 0 ? 0 : (ends[index - 1] as number);
    const before = names[index - 1];
    const options = { name, segmentBytes: MiB, expectedBytes: content.length, mtimeMs: 1_700_000_000_000 };
    if (before) t.is((await storage.statDraft('file', before))?.size, offset);
    const draft = await startDraft(storage, 'file', {
      ...options,
      ...(before && { resume: { draft: before, offset } }),
    });
    if (before) t.deepEqual(await storage.statDraft('file', name), { size: offset, mtimeMs: options.mtimeMs });
    await draft.write([content.subarray(offset, ends[index])]);
    if (index === 2) await draft.finish();
    while (draft.storedBytes < (ends[index] as number)) await setImmediate();
    await draft.leave();
  }
  await using last = await openAzure(container.containerName, '', azurite.environment);
  t.like(await last.statDraft('file', names[2]), { size: content.length, mtimeMs: 1_700_000_000_000 });
  await last.publish('file', names[2]);
  t.true((await azureGround(container, '').get('file'))?.equals(content));
  t.is((await last.stat('file'))?.mtimeMs, 1_700_000_000_000);
});

test.serial('a worker whose file was written meanwhile publishes nothing', async (t) => {
  const { storage, ground } = await openPlace(t);
  for (const stands of [false, true]) {
    if (stands) await ground.put('file', Buffer.from('old'), 0);
    else await ground.remove('file').catch(() => undefined);
    const name = someDraft('file');
    const draft = await startDraft(storage, 'file', { name });
    await draft.write([Buffer.from('late')]);
    await draft.finish();
    await ground.put('file', Buffer.from('of its successor'), 0);
    await throwsSyncError(t, () => storage.publish('file', name), { kind: 'transient' });
    t.is((await ground.get('file'))?.toString(), 'of its successor');
  }
});

test.serial('folder markers are skipped, names that no folder can have are refused', async (t) => {
  const container = await azurite.newContainer();
  await using storage = await openAzure(container.containerName, '', azurite.environment);
  const put = (name: string, metadata = {}) => container.getBlockBlobClient(name).upload('', 0, { metadata });
  await put('folder', { hdi_isfolder: 'true' });
  await put('console/');
  for (const name of ['a//b', 'fine']) await put(name);
  t.deepEqual(
    (await listAll(storage)).map(({ path, kind }) => [path, kind]),
    [
      ['a//b', 'refused'],
      ['fine', 'file'],
    ],
  );
  t.is((await storage.stat('folder'))?.kind, 'folder');
});

test.serial('time and SHA-256 are metadata', async (t) => {
  const container = await azurite.newContainer();
  await using storage = await openAzure(container.containerName, '', azurite.environment);
  const name = someDraft('file');
  const draft = await startDraft(storage, 'file', { name, mtimeMs: 1_700_000_000_000 });
  await draft.finish({ sha256: 'abc' });
  await storage.publish('file', name);
  const { metadata } = await container.getBlockBlobClient('file').getProperties();
  t.like(metadata, { mtime: '2023-11-14T22:13:20.000Z', sha256: 'abc' });
});
