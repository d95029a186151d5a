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
  startDraft,
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
    title: 'files are listed with size and time, folders are walked',
    async run(t, place) {
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
      const { storage, ground } = place;
      const refused = oddNames.filter((name) => ground.refuses?.test(name));
      const names = oddNames.filter((name) => !refused.includes(name));
      for (const name of refused) {
        await throwsSyncError(t, () => startDraft(storage, `in/${name}`), {
          kind: 'permanent',
          reason: 'name-refused',
        });
      }
      for (const name of names) await put(place, `in/${name}`, name);
      t.deepEqual([...(await listPaths(storage))].sort(), names.map((name) => `in/${name}`).sort());
      for (const { path, size, mtimeMs } of await listAll(storage)) {
        t.is((await storage.stat(path))?.size, size);
        t.is((await readAll(storage, path, { size, mtimeMs })).toString(), path.slice('in/'.length));
        await publishFile(storage, path.replace('in/', 'out/'), 'written');
      }
      t.deepEqual([...(await listPaths(storage, 'out'))].sort(), names.map((name) => `out/${name}`).sort());
    },
  },
  {
    title: 'thousands of files in one folder and across folders are listed once each',
    async run(t, place) {
      const paths = Array.from({ length: 5000 }, (_, index) =>
        index % 2 ? `flat/${index}` : `deep/${index % 200}/${index}`,
      );
      for (let first = 0; first < paths.length; first += 50)
        await Promise.all(paths.slice(first, first + 50).map((path) => put(place, path, '')));
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
