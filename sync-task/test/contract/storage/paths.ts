import { execFileSync } from 'node:child_process';
import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Storage } from '../../../src/storage/storage.ts';
import type { ContractCase } from '../storage.ts';
import { listAll, namesOnDisk, put, readAll, someDraft, someTimeMs, startDraft, throwsSyncError } from './arrange.ts';

const escaping = ['../x', '..', '/x', '/', 'a/../../x', 'a/..', './x', 'a/./x', 'a//x', 'a/', 'a/\0b', '\0', 'a\ud800'];

const version = { size: 1, mtimeMs: someTimeMs };
const methods: Readonly<Record<string, (storage: Storage, path: string) => Promise<unknown>>> = {
  list: (storage, path) => listAll(storage, path),
  stat: (storage, path) => storage.stat(path),
  read: (storage, path) => readAll(storage, path, version),
  draft: (storage, path) => startDraft(storage, path),
  statDraft: (storage, path) => storage.statDraft(path, someDraft(path)),
  publish: (storage, path) => storage.publish(path, someDraft(path)),
  recover: (storage, path) => storage.recover(path, someDraft(path)),
};

export const pathCases: readonly ContractCase[] = [
  ...Object.entries(methods).map(
    ([name, call]): ContractCase => ({
      title: `${name} refuses paths that are not plain and below the root`,
      async run(t, place) {
        for (const path of name === 'list' ? escaping : ['', ...escaping]) {
          await throwsSyncError(t, async () => call(place.storage, path), { kind: 'permanent', reason: 'unsafe-path' });
        }
        t.deepEqual(await namesOnDisk(place), []);
        t.deepEqual(await readdir(dirname(place.root)), [basename(place.root)]);
      },
    }),
  ),
  {
    title: 'stat tells files, folders, links and special files apart, and what is missing',
    async run(t, place) {
      const { storage, root } = place;
      const file = await put(place, 'sub/file');
      await symlink('sub/file', join(root, 'link'));
      execFileSync('mkfifo', [join(root, 'pipe')]);
      t.like(await storage.stat('sub/file'), { kind: 'file', ...file });
      t.is((await storage.stat('sub'))?.kind, 'folder');
      t.is((await storage.stat('link'))?.kind, 'link');
      t.is((await storage.stat('pipe'))?.kind, 'special');
      t.is(await storage.stat('missing'), undefined);
      t.is(await storage.stat('missing/too'), undefined);
      t.is(await storage.stat('sub/file/below'), undefined);
    },
  },
  {
    title: 'a folder that is a link out of the root is neither read nor written through',
    async run(t, place) {
      const { storage, root } = place;
      const outside = join(dirname(root), 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'secret'), 's');
      await symlink(outside, join(root, 'out'));
      const { mtimeMs } = await stat(join(outside, 'secret'));
      const step = storage.capabilities.mtimeStepMs;
      const listed = { size: 1, mtimeMs: Math.floor(mtimeMs / step) * step };
      await throwsSyncError(t, () => readAll(storage, 'out/secret', listed), {
        kind: 'permanent',
        reason: 'outside-root',
      });
      for (const path of ['out/new', 'out/deep/new']) {
        await throwsSyncError(t, () => startDraft(storage, path), { kind: 'permanent', reason: 'outside-root' });
      }
      t.deepEqual(await readdir(outside), ['secret']);
    },
  },
];
