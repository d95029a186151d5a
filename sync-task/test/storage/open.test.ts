import test from 'ava';
import { SyncError } from '../../src/base/errors.ts';
import { parseLocation } from '../../src/config/parse/location.ts';
import type { Endpoint } from '../../src/config/settings.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { OpenOptions } from '../../src/storage/storage-module.ts';

function open(url: string) {
  const endpoint = { location: parseLocation(url, '--target'), variable: () => undefined } as unknown as Endpoint;
  return openStorage({ endpoint, role: 'target', settings: {}, log: {} } as unknown as OpenOptions);
}

test('a scheme that nothing stands behind is a usage error that names those that are known', async (t) => {
  for (const url of ['ftp://host/x', 'sfpt://me@host/x', 'constructor://x/y']) {
    const error = await t.throwsAsync(open(url), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', /--target: the scheme \w+ is not known; known are .*sftp/);
  }
});

test('a folder is opened', async (t) => {
  await using storage = await open('file:///data');
  t.is(storage.label, 'file:///data');
});
