/** What objects say of their content arrives, whichever way their bytes go. */
import test from 'ava';
import { loadSettings } from '../../src/config/load.ts';
import { draftName } from '../../src/storage/draft-name.ts';
import { openStorage } from '../../src/storage/open.ts';
import type { ContentDescription } from '../../src/storage/storage.ts';
import { type Environment, newFolders, put, runCommand } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { pairKinds, pairServices } from '../kit/pair-places.ts';
import { silentLog } from '../kit/sftp-storage.ts';

const services = pairServices();
test.after.always(() => services[Symbol.asyncDispose]());

const description: ContentDescription = {
  contentType: 'text/x-feed',
  contentEncoding: 'identity-7',
  contentDisposition: 'attachment; filename="x.csv"',
  contentLanguage: 'de',
  cacheControl: 'max-age=60',
  metadata: { owner: 'fin', cost: '7 apples' },
};
const content = Buffer.from('a;b\n');

async function storageOf(role: 'source' | 'target', environment: Environment) {
  const settings = loadSettings({ flags: {}, environment });
  return openStorage({ role, endpoint: settings[role], settings, log: silentLog });
}

const clouds = ['s3', 'az', 'gs'] as const;
for (const from of clouds) {
  for (const [to, ...more] of [
    ...clouds.map((kind) => [kind] as const),
    ...(from === 's3' ? [['s3', '--bwlimit', '10M'] as const, ['s3', '--verify', 'read-back'] as const] : []),
  ]) {
    needs(...pairKinds[from], ...pairKinds[to])(`${[from, to, ...more].join(' ')}`, async (t) => {
      const { state } = await newFolders(t);
      const cleaning = new AsyncDisposableStack();
      t.teardown(() => cleaning.disposeAsync());
      const first = await services.open(from, `${state}-a`, cleaning);
      const second = to === from ? first : await services.open(to, `${state}-b`, cleaning);
      const places = {
        ...(await first.place('SOURCE')).environment,
        ...(await second.place('TARGET')).environment,
      };
      const environment = { ...places, SYNC_TASK_STATE: `sqlite:${state}`, SYNC_TASK_STABLE: '0s' };
      await using source = await storageOf('source', environment);
      const { signal } = new AbortController();
      const name = draftName({ run: 'test', path: 'x.csv', token: 1 });
      const draft = await source.draft('x.csv', {
        name,
        expectedBytes: content.length,
        description,
        mtimeMs: 1_700_000_000_000,
        fsync: false,
        signal,
      });
      await draft.write([content]);
      await draft.finish();
      await source.publish('x.csv', name);
      t.deepEqual((await source.describe?.('x.csv'))?.content, description);

      const { code, stderr } = await runCommand(['sync', ...more], environment);
      t.is(code, 0, stderr);
      await using target = await storageOf('target', environment);
      t.deepEqual((await target.describe?.('x.csv'))?.content, description);
    });
  }
}

for (const kind of clouds) {
  needs(...pairKinds[kind])(`${kind}: by the name, or as the user says`, async (t) => {
    const { source, state } = await newFolders(t);
    await put(source, 'x.json', '{}');
    await put(source, 'none', '');
    const cleaning = new AsyncDisposableStack();
    t.teardown(() => cleaning.disposeAsync());
    const service = await services.open(kind, state, cleaning);
    const common = { SYNC_TASK_SOURCE: `file://${source}`, SYNC_TASK_STABLE: '0s' };
    const run = async (args: readonly string[], database: string) => {
      const environment = {
        ...(await service.place('TARGET')).environment,
        ...common,
        SYNC_TASK_STATE: `sqlite:${database}`,
      };
      const { code, stderr } = await runCommand(['sync', ...args], environment);
      t.is(code, 0, stderr);
      await using target = await storageOf('target', environment);
      return [(await target.describe?.('x.json'))?.content, (await target.describe?.('none'))?.content];
    };
    const [json, none] = await run([], state);
    t.like(json, { contentType: 'application/json', metadata: {} });
    t.is(none?.contentType, 'application/octet-stream');
    const asked = [
      '--target-content-type',
      'text/plain',
      '--target-cache-control',
      'no-cache',
      '--target-metadata',
      'a=1,b=x y',
    ];
    for (const found of await run(asked, `${state}2`)) {
      t.like(found, { contentType: 'text/plain', cacheControl: 'no-cache', metadata: { a: '1', b: 'x y' } });
    }
  });
}
