import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backupName, tempName } from '../../../src/storage/draft-name.ts';
import type { ContractCase } from '../storage.ts';
import {
  listAll,
  listPaths,
  never,
  publishFile,
  put,
  readAll,
  someDraft,
  stopReason,
  throwsSyncError,
} from './arrange.ts';

/** Legal on POSIX, each a trap for someone: quoting, globbing, splitting, trimming, normalising. */
export const oddNames = [
  ' leading and trailing ',
  'new\nline',
  'tab\tand\rreturn',
  '-rf',
  '--',
  '\'single\' "double" `back`',
  'back\\slash',
  '*?[a-z]{x,y}!',
  '.hidden',
  '...',
  '..almost',
  '%2e%2e',
  '~',
  '$HOME',
  '#;&|<>',
  'caf\u00e9',
  'cafe\u0301',
  '\u540d\u524d \u{1f600}',
  '\ufffd is a legal character',
  '\ufeffmark',
  'x'.repeat(255),
];

export const listingCases: readonly ContractCase[] = [
  {
    title: 'an empty root lists nothing',
    async run(t, { storage }) {
      t.deepEqual(await listAll(storage), []);
    },
  },
  {
    title: 'files are listed with size and time, folders are walked, empty ones leave no trace',
    async run(t, place) {
      await mkdir(join(place.root, 'empty/below'), { recursive: true });
      const expected = [];
      for (const path of ['a', 'b/c', 'b/d/e', 'b/d/f/g/h/i/j']) {
        expected.push({ path, kind: 'file', ...(await put(place, path, path.repeat(7))) });
      }
      const listed = await listAll(place.storage);
      t.like(listed, expected);
      t.is(listed.length, expected.length);
    },
  },
  {
    title: 'odd names are listed as they are, can be looked at, read and written',
    async run(t, place) {
      const { storage } = place;
      for (const name of oddNames) await put(place, `in/${name}`, name);
      t.deepEqual([...(await listPaths(storage))].sort(), oddNames.map((name) => `in/${name}`).sort());
      for (const { path, size, mtimeMs } of await listAll(storage)) {
        t.is((await storage.stat(path))?.size, size);
        t.is((await readAll(storage, path, { size, mtimeMs })).toString(), path.slice('in/'.length));
        await publishFile(storage, path.replace('in/', 'out/'), 'written');
      }
      t.deepEqual([...(await listPaths(storage, 'out'))].sort(), oddNames.map((name) => `out/${name}`).sort());
    },
  },
  {
    title: 'thousands of files in one folder and across folders are listed once each',
    async run(t, place) {
      const paths = Array.from({ length: 5000 }, (_, index) =>
        index % 2 ? `flat/${index}` : `deep/${index % 200}/${index}`,
      );
      for (const folder of new Set(paths.map(dirname))) await mkdir(join(place.root, folder), { recursive: true });
      for (const path of paths) await writeFile(join(place.root, path), '');
      t.deepEqual(await listPaths(place.storage), paths.sort());
    },
  },
  {
    title: 'own drafts and back-ups are left out, names that resemble them are not',
    async run(t, place) {
      const name = someDraft('x');
      await put(place, `a/${tempName(name)}`);
      await put(place, backupName(name));
      const resembling = [
        '.sync-task',
        '.sync-task.notes.tmp',
        '.sync-task.probe-1.tmp',
        '.sync-taskfoo',
        `.sync-task.${name}.tmp.txt`,
        `.sync-task.${name}`,
        `a.sync-task.${name}.tmp`,
      ];
      for (const path of resembling) await put(place, path);
      t.deepEqual(await listPaths(place.storage), resembling.sort());
    },
  },
  {
    title: 'links are named and never followed',
    async run(t, place) {
      await put(place, 'real/file');
      await symlink('real/file', join(place.root, 'to-file'));
      await symlink('real', join(place.root, 'to-folder'));
      await symlink('..', join(place.root, 'real/loop'));
      await symlink('nowhere', join(place.root, 'dangling'));
      t.deepEqual(
        (await listAll(place.storage)).map(({ path, kind }) => [path, kind]),
        [
          ['dangling', 'link'],
          ['real/file', 'file'],
          ['real/loop', 'link'],
          ['to-file', 'link'],
          ['to-folder', 'link'],
        ],
      );
    },
  },
  {
    title: 'special files are named',
    async run(t, place) {
      execFileSync('mkfifo', [join(place.root, 'pipe')]);
      const [entry, ...more] = await listAll(place.storage);
      t.like(entry, { path: 'pipe', kind: 'special' });
      t.deepEqual(more, []);
    },
  },
  {
    title: 'names that are not UTF-8 are refused for display, and stop nothing',
    async run(t, place) {
      const { root, storage } = place;
      await put(place, 'good');
      await mkdir(join(root, 'sub'));
      await writeFile(Buffer.concat([Buffer.from(`${root}/sub/b`), Buffer.from([0xff, 0x5c])]), 'x');
      const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xc3])]);
      await mkdir(folder);
      await writeFile(Buffer.concat([folder, Buffer.from('/below')]), 'x');
      const listed = await listAll(storage);
      t.deepEqual(
        listed.map(({ path, kind }) => [path, kind]),
        [
          ['\\xc3', 'refused'],
          ['good', 'file'],
          ['sub/b\\xff\\\\', 'refused'],
        ],
      );
      for (const { kind, reason } of listed) if (kind === 'refused') t.regex(reason ?? '', /UTF-8/);
    },
  },
  {
    title: 'a prefix lists one folder, with paths from the root',
    async run(t, place) {
      for (const path of ['a/1', 'a/b/2', 'ab/3', '4']) await put(place, path);
      t.deepEqual(await listPaths(place.storage, 'a'), ['a/1', 'a/b/2']);
      t.deepEqual(await listPaths(place.storage, 'a/b'), ['a/b/2']);
    },
  },
  {
    title: 'a prefix where there is no folder lists nothing',
    async run(t, place) {
      await put(place, 'file');
      t.deepEqual(await listAll(place.storage, 'missing/too'), []);
      t.deepEqual(await listAll(place.storage, 'file'), []);
    },
  },
  {
    title: 'a missing root is an error',
    async run(t, { storage, root }) {
      await rm(root, { recursive: true });
      await throwsSyncError(t, () => listAll(storage), { kind: 'permanent', reason: 'not-found' });
    },
  },
  {
    title: 'a listing can be left early and begun again',
    async run(t, place) {
      const paths = Array.from({ length: 300 }, (_, index) => `${index % 30}/${index}`);
      for (const path of paths) await put(place, path);
      for (let round = 0; round < 20; round++) {
        for await (const page of place.storage.list({ prefix: '', signal: never })) {
          t.true(page.length > 0);
          break;
        }
      }
      t.deepEqual(await listPaths(place.storage), paths.sort());
    },
  },
  {
    title: 'an aborted listing throws the reason',
    async run(t, place) {
      await put(place, 'a');
      const reason = stopReason();
      await t.throwsAsync(
        async () => {
          for await (const _ of place.storage.list({ prefix: '', signal: AbortSignal.abort(reason) }));
        },
        { is: reason },
      );
    },
  },
];
