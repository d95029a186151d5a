import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../src/base/errors.ts';
import { loadCommonSettings, loadSettings } from '../../src/config/load.ts';
import { environmentName, optionNames, optionOf } from '../../src/config/options/options.ts';

const places = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 'file:///out' };

async function fileOf(t: ExecutionContext, content: string, name = 'job.yaml'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

test('defaults are those of the table', (t) => {
  t.like(loadSettings({ flags: {}, environment: places }), {
    state: `sqlite:${homedir()}/.local/state/sync-task/in--out--28f29181.db`,
    batchFiles: 1000,
    batchBytes: 10 * 1024 ** 3,
    maxBatches: 200,
    existing: 'adopt',
    bufferBytes: 16 * 1024 ** 2,
    fsync: true,
    leaseMs: 60_000,
    files: undefined,
    selection: { include: [], exclude: [], prefix: '', minAgeMs: 0, sinceMs: undefined },
  });
});

test('a flag wins over the environment, and that over the file', async (t) => {
  const config = await fileOf(t, 'batchFiles: 1\nbatch-bytes: 2MB\nlease: 3s\nfsync: false\ninclude: ["*.a", "*.b"]\n');
  const environment = { ...places, SYNC_TASK_BATCH_FILES: '10', SYNC_TASK_BATCH_BYTES: '20' };
  const settings = loadSettings({ flags: { config, 'batch-files': '100' }, environment });
  t.like(settings, { batchFiles: 100, batchBytes: 20, leaseMs: 3000, fsync: false });
  t.deepEqual(settings.selection.include, ['*.a', '*.b']);
});

test('lists have one item a line in the environment', (t) => {
  const environment = {
    ...places,
    SYNC_TASK_EXCLUDE: '*.tmp\na,b\n',
    SYNC_TASK_TRANSFORM: 'mask:token=a\nreplace-whitespace@*.txt',
  };
  const settings = loadSettings({ flags: {}, environment });
  t.deepEqual(settings.selection.exclude, ['*.tmp', 'a,b']);
  t.deepEqual(
    settings.transforms.map(({ name, glob }) => [name, glob]),
    [
      ['mask', undefined],
      ['replace-whitespace', '*.txt'],
    ],
  );
});

test('transforms in the file are short or spelt out', async (t) => {
  const config = await fileOf(
    t,
    'transform:\n  - mask:token=a\n  - name: mask\n    options: { token: [b, 3] }\n    glob: "*.txt"\n',
  );
  const { transforms } = loadSettings({ flags: { config }, environment: places });
  t.deepEqual(transforms[1], { name: 'mask', options: { token: ['b', '3'] }, glob: '*.txt' });
});

test('secrets come from the environment or from files, not from both', async (t) => {
  const file = await fileOf(t, 'from-a-file\n', 'secret');
  const source = (environment: Record<string, string>) =>
    loadSettings({ flags: {}, environment: { ...places, ...environment } }).source;
  t.is(source({ SYNC_TASK_SOURCE_PASSWORD: 'direct' }).credentials.password, 'direct');
  t.is(source({ SYNC_TASK_SOURCE_PASSWORD_FILE: file }).credentials.password, 'from-a-file');
  t.is(source({}).credentials.password, undefined);
  const twice = { SYNC_TASK_SOURCE_PASSWORD: 'direct', SYNC_TASK_SOURCE_PASSWORD_FILE: file };
  t.regex(t.throws(() => source(twice), { instanceOf: SyncError })?.message ?? '', /are both set: keep one/);
  const missing = { SYNC_TASK_SOURCE_PASSWORD_FILE: '/nonexistent/secret' };
  t.regex(
    t.throws(() => source(missing), { instanceOf: SyncError })?.message ?? '',
    /SYNC_TASK_SOURCE_PASSWORD_FILE: \/nonexistent\/secret cannot be read/,
  );
  for (const secret of ['pa55word', '/9j4AAQSkZJRg', '-----BEGIN KEY-----\nMC4CAQAw']) {
    const message = t.throws(() => source({ SYNC_TASK_SOURCE_PASSWORD_FILE: secret }), {
      instanceOf: SyncError,
    })?.message;
    t.false(message?.includes(secret), message);
  }
});

test('every option can be given in the environment, and a wrong value names the variable', (t) => {
  for (const name of optionNames) {
    const { kind } = optionOf(name);
    if (kind === 'list' || kind === 'text') continue;
    const variable = environmentName(name);
    const error = t.throws(
      () => loadSettings({ flags: {}, environment: { ...places, [variable]: '../?' } }),
      { instanceOf: SyncError },
      name,
    );
    t.true(error?.message.startsWith(`${variable}: `), error?.message);
  }
});

test('the pipeline is named after both places, the same every time, and may be chosen', (t) => {
  const name = (environment: Record<string, string>) => loadCommonSettings({ flags: {}, environment }).pipeline;
  t.is(name(places), name(places));
  t.regex(name(places), /^in--out--[0-9a-f]{8}$/);
  t.not(name({ ...places, SYNC_TASK_TARGET: 'file:///other' }), name(places));
  t.is(name({ SYNC_TASK_PIPELINE: 'nightly' }), 'nightly');
});
