import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { fileStorage } from '../../../src/storage/file/file-storage.ts';
import {
  listAll,
  listPaths,
  never,
  publishFile,
  put,
  readAll,
  startDraft,
  throwsSyncError,
} from '../../contract/storage/arrange.ts';
import { type OpenedFolder, openedFolder, storageContract } from '../../contract/storage.ts';

const withoutRights = fileURLToPath(new URL('../../kit/file-without-rights.ts', import.meta.url));

async function openFolder(t: ExecutionContext): Promise<OpenedFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const root = join(parent, 'root');
  await mkdir(root);
  return openedFolder(await fileStorage({ root, label: `file://${root}` }), root);
}

storageContract(test, 'folder', openFolder);

test('a listed file that is a pipe or socket now is not waited for', async (t) => {
  const place = await openFolder(t);
  for (const [name, replace] of [
    ['pipe', async (file: string) => void execFileSync('mkfifo', [file])],
    ['socket', (file: string) => listenAt(t, file)],
  ] as const) {
    const listed = await put(place, name);
    await rm(join(place.root, name));
    await replace(join(place.root, name));
    await throwsSyncError(t, () => readAll(place.storage, name, listed), {
      kind: 'changed',
      reason: 'changed-while-read',
    });
    t.is((await place.storage.stat(name))?.kind, 'special');
  }
});

async function listenAt(t: ExecutionContext, path: string): Promise<void> {
  const server = createServer();
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

test('times finer than a millisecond are one version in listing, stat and read', async (t) => {
  const place = await openFolder(t);
  for (const fraction of ['000000001', '122999999', '123456789', '999000000', '999999999']) {
    await writeFile(join(place.root, 'file'), 'x');
    execFileSync('touch', ['-d', `@1700000000.${fraction}`, join(place.root, 'file')]);
    const [listed] = await listAll(place.storage);
    if (!listed) return t.fail();
    t.is((await place.storage.stat('file'))?.mtimeMs, listed.mtimeMs);
    t.is((await readAll(place.storage, 'file', listed)).toString(), 'x');
  }
});

test('times before 1970 and in the far future are kept', async (t) => {
  const { storage } = await openFolder(t);
  for (const mtimeMs of [-1, -1500, Date.UTC(1901, 11, 14), Date.UTC(2200, 0, 1) + 1, Date.UTC(2400, 0, 1) + 999]) {
    const draft = await startDraft(storage, 'file', { mtimeMs });
    t.like(await draft.finish(), { mtimeMs, mtimeKept: true });
    await draft.discard();
  }
});

test('new files get the rights that the umask leaves', async (t) => {
  const { storage, root } = await openFolder(t);
  await publishFile(storage, 'file', 'x');
  await writeFile(join(root, 'reference'), 'x');
  t.is((await stat(join(root, 'file'))).mode, (await stat(join(root, 'reference'))).mode);
});

test('a link to a folder below the root may be written through', async (t) => {
  const { storage, root } = await openFolder(t);
  await mkdir(join(root, 'real'));
  await symlink('real', join(root, 'link'));
  await publishFile(storage, 'link/deep/file', 'x');
  t.deepEqual(await listPaths(storage), ['link', 'real/deep/file']);
  t.is((await storage.stat('link/deep/file'))?.size, 1);
});

test('a link that leads nowhere is not written through', async (t) => {
  const { storage, root } = await openFolder(t);
  await symlink(join(root, '../nowhere'), join(root, 'link'));
  for (const path of ['link/file', 'link/deep/file']) {
    await throwsSyncError(t, () => startDraft(storage, path), { kind: 'permanent', reason: 'not-a-folder' });
  }
  t.deepEqual(await readdir(join(root, '..')), ['root']);
});

test('a root that is a link to a folder is a root like any other', async (t) => {
  const { root } = await openFolder(t);
  await symlink('root', join(root, '../link'));
  const storage = await fileStorage({ root: join(root, '../link'), label: 'file:///link' });
  await publishFile(storage, 'sub/file', 'x');
  t.deepEqual(await listPaths(storage), ['sub/file']);
  t.is(await readFile(join(root, 'sub/file'), 'utf8'), 'x');
});

test('a root that is a file is an error', async (t) => {
  const { root } = await openFolder(t);
  await writeFile(join(root, 'file'), 'x');
  const storage = await fileStorage({ root: join(root, 'file'), label: 'file:///file' });
  await throwsSyncError(t, () => listAll(storage), { kind: 'permanent', reason: 'not-a-folder' });
  await throwsSyncError(t, () => startDraft(storage, 'x'), { kind: 'permanent', reason: 'not-a-folder' });
});

test('a probe of a root that does not stand yet says so and makes nothing', async (t) => {
  const { root } = await openFolder(t);
  const storage = await fileStorage({ root: join(root, 'not/yet'), label: 'file:///not/yet' });
  const { notes } = await storage.probe(never);
  t.regex(notes.join(), /does not exist yet/);
  t.deepEqual(await readdir(root), []);
});

test("a name that is too long is that file's own problem", async (t) => {
  const { storage } = await openFolder(t);
  const path = `${'x'.repeat(300)}`;
  const draft = await startDraft(storage, path);
  await draft.finish();
  await draft.discard();
  await throwsSyncError(t, () => publishFile(storage, path, 'x'), { kind: 'permanent', reason: 'name-too-long' });
  await throwsSyncError(t, () => startDraft(storage, `${path}/x`), { kind: 'permanent', reason: 'name-too-long' });
});

test('without rights every attempt says so, and a locked folder stops nothing', async (t) => {
  const place = await openFolder(t);
  const { root } = place;
  for (const path of ['open/file', 'secret', 'locked/file']) await put(place, path);
  await chmod(join(root, '..'), 0o755);
  for (const [path, mode] of [
    ['secret', 0],
    ['locked', 0],
    ['', 0o555],
  ] as const)
    await chmod(join(root, path), mode);
  t.teardown(async () => {
    for (const folder of [root, join(root, 'locked')]) await chmod(folder, 0o755);
  });
  const denied = 'permission permission-denied';
  t.deepEqual(
    JSON.parse(execFileSync(process.execPath, [withoutRights, root, 'secret', 'locked'], { encoding: 'utf8' })),
    {
      listed: ['file open/file', 'file secret', 'unreadable locked'],
      read: denied,
      list: denied,
      draft: denied,
      draftInNewFolder: denied,
      publish: 'transient draft-missing',
      probe: denied,
    },
  );
});
