import type { Storage } from '../../../src/storage/storage.ts';
import type { ContractCase } from '../storage.ts';
import { listAll, put, readAll, someDraft, someTimeMs, startDraft, throwsSyncError } from './arrange.ts';

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
        t.deepEqual(await place.ground.names(), []);
      },
    }),
  ),
  {
    title: 'stat tells files and what is missing',
    async run(t, place) {
      const file = await put(place, 'sub/file');
      t.like(await place.storage.stat('sub/file'), { kind: 'file', ...file });
      for (const path of ['missing', 'missing/too', 'sub/file/below', 'sub/fil']) {
        t.is(await place.storage.stat(path), undefined, path);
      }
    },
  },
];
