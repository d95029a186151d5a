/** The storage contract against fake-gcs-server, and what is Google's own. */
import test, { type ExecutionContext } from 'ava';
import type { Endpoint } from '../../src/config/settings.ts';
import { open } from '../../src/storage/gcs/gcs-storage.ts';
import type { Place } from '../../src/storage/place.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type OpenedStorage, objectStorageContract } from '../contract/storage.ts';
import { type FakeGcs, fakeGcsIsMissing, fakeGcsIsThere, startFakeGcs } from '../kit/fake-gcs.ts';

let gcs: FakeGcs;

function openGcs(host: string, path: string): Promise<Storage> {
  const location = { scheme: 'gs', user: '', host, port: 0, path, label: `gs://${host}/${path}` };
  const endpoint = { location, variable: (name: string) => process.env[name] } as Endpoint;
  const settings = { bufferBytes: 16 * 1024 * 1024, idleTimeoutMs: 60_000 };
  return open({ endpoint, role: 'target', settings } as Place);
}

async function openPlace(_: ExecutionContext): Promise<OpenedStorage> {
  const bucket = await gcs.newBucket();
  return { storage: await openGcs(bucket, 'some/prefix'), ground: gcs.ground(bucket, 'some/prefix/') };
}

if (fakeGcsIsThere) {
  test.before(async () => {
    gcs = await startFakeGcs();
    Object.assign(process.env, gcs.environment);
  });
  test.after.always(() => gcs?.stop());
  objectStorageContract(test.serial, 'gs', openPlace);
} else {
  test(fakeGcsIsMissing, (t) => {
    t.log(fakeGcsIsMissing);
    t.pass();
  });
}
