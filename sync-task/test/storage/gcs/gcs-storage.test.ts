/** The storage contract against fake-gcs-server, and what is Google's own. */
import { setImmediate } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Endpoint } from '../../../src/config/settings.ts';
import { open } from '../../../src/storage/gcs/gcs-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import type { OpenOptions } from '../../../src/storage/storage-module.ts';
import { noise, someDraft, startDraft, throwsSyncError } from '../../contract/storage/arrange.ts';
import { type OpenedStorage, objectStorageContract } from '../../contract/storage.ts';
import { type FakeGcs, startFakeGcs } from '../../kit/fake-gcs.ts';
import { needs } from '../../kit/needs.ts';

const MiB = 1024 * 1024;
let gcs: FakeGcs;

function openGcs(host: string, path: string): Promise<Storage> {
  const location = { scheme: 'gs', user: '', host, port: 0, path, label: `gs://${host}/${path}` };
  const endpoint = { location, variable: (name: string) => process.env[name] } as Endpoint;
  const settings = { bufferBytes: 16 * 1024 * 1024, idleTimeoutMs: 60_000 };
  return open({ endpoint, role: 'target', settings } as OpenOptions);
}

async function openPlace(_: ExecutionContext): Promise<OpenedStorage> {
  const bucket = await gcs.newBucket();
  return { storage: await openGcs(bucket, 'some/prefix'), ground: gcs.ground(bucket, 'some/prefix/') };
}

const test = needs('fake-gcs-server');
test.before(async () => {
  gcs = await startFakeGcs();
  Object.assign(process.env, gcs.environment);
});
test.after.always(() => gcs?.stop());
objectStorageContract(test.serial, 'gs', openPlace);

test.serial('another process goes on with an upload by its ticket, and the sum of all bytes is compared', async (t) => {
  const bucket = await gcs.newBucket();
  const content = noise(5 * MiB + 77);
  await using first = await openGcs(bucket, '');
  const begun = await startDraft(first, 'file', { segmentBytes: MiB, expectedBytes: content.length });
  await begun.write([content.subarray(0, 4 * MiB + 5)]);
  while (begun.storedBytes < 4 * MiB) await setImmediate();
  const { ticket } = begun;
  await begun.leave();

  await using second = await openGcs(bucket, '');
  const [old, name] = [someDraft('file'), someDraft('file')];
  t.is((await second.statDraft('file', old, ticket))?.size, 4 * MiB);
  const resume = { draft: old, offset: 3 * MiB, ticket };
  const draft = await startDraft(second, 'file', {
    name,
    resume,
    segmentBytes: MiB,
    expectedBytes: content.length,
  });
  await draft.write([content.subarray(3 * MiB)]);
  t.is((await draft.finish()).size, content.length);
  await second.publish('file', name);
  t.true((await gcs.ground(bucket, '').get('file'))?.equals(content));
  t.is(await second.statDraft('file', old, ticket), undefined);
});

test.serial('an upload that somebody else overtook is not published', async (t) => {
  const { storage, ground } = await openPlace(t);
  const name = someDraft('file');
  const draft = await startDraft(storage, 'file', { name });
  await draft.write([noise(6 * MiB)]);
  await draft.finish();
  await ground.put('file', Buffer.from('theirs'), 0);
  await throwsSyncError(t, () => storage.publish('file', name), { kind: 'transient', reason: 'target-changed' });
  t.is((await ground.get('file'))?.toString(), 'theirs');
});
