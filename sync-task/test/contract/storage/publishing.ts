import { mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backupName, tempName } from '../../../src/storage/draft-name.ts';
import type { ContractCase } from '../storage.ts';
import {
  finishDraft,
  listPaths,
  namesOnDisk,
  never,
  noise,
  publishFile,
  put,
  someDraft,
  throwsSyncError,
} from './arrange.ts';

export const publishingCases: readonly ContractCase[] = [
  {
    title: 'a published file stands alone under its name',
    async run(t, place) {
      await publishFile(place.storage, 'file', 'new');
      t.deepEqual(await namesOnDisk(place), ['file']);
      t.is(await readFile(join(place.root, 'file'), 'utf8'), 'new');
    },
  },
  {
    title: 'a published file takes the place of an old one and leaves nothing behind',
    async run(t, place) {
      await put(place, 'sub/file', 'old and longer');
      await publishFile(place.storage, 'sub/file', 'new');
      t.deepEqual(await namesOnDisk(place), ['sub', 'sub/file']);
      t.is(await readFile(join(place.root, 'sub/file'), 'utf8'), 'new');
    },
  },
  {
    title: 'a reader sees the old file or the new one, never a part',
    async run(t, place) {
      const { storage, root } = place;
      const versions = Array.from({ length: 12 }, () => noise(300_000));
      await put(place, 'file', versions[0]);
      let publishing = true;
      let looks = 0;
      const reader = async () => {
        while (publishing) {
          const seen = await readFile(join(root, 'file')).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT' && !storage.capabilities.atomicReplace) return undefined; // declared, so allowed
            throw error;
          });
          if (seen && !versions.some((version) => version.equals(seen)))
            throw new Error(`a part: ${seen.length} bytes`);
          looks++;
        }
      };
      const reading = reader();
      for (const version of versions.slice(1)) await publishFile(storage, 'file', version);
      publishing = false;
      await t.notThrowsAsync(reading);
      t.true(looks > 1);
      t.true(versions.at(-1)?.equals(await readFile(join(root, 'file'))));
    },
  },
  {
    title: 'publishing over a folder fails, harms nothing, and the draft can be recovered',
    async run(t, place) {
      const { storage } = place;
      await put(place, 'name/inside', 'stays');
      const draft = await finishDraft(storage, 'name', 'new');
      await throwsSyncError(t, () => storage.publish('name', draft), { kind: 'permanent', reason: 'is-a-folder' });
      t.is((await storage.statDraft('name', draft))?.size, 3);
      t.is(await readFile(join(place.root, 'name/inside'), 'utf8'), 'stays');
      t.true(await storage.recover('name', draft));
      t.deepEqual(await namesOnDisk(place), ['name', 'name/inside']);
    },
  },
  {
    title: 'publishing over an empty folder fails too',
    async run(t, place) {
      await mkdir(join(place.root, 'name'));
      const draft = await finishDraft(place.storage, 'name', 'new');
      await throwsSyncError(t, () => place.storage.publish('name', draft), {
        kind: 'permanent',
        reason: 'is-a-folder',
      });
      t.is((await place.storage.stat('name'))?.kind, 'folder');
    },
  },
  {
    title: 'publishing over a link replaces the link, not what it points to',
    async run(t, place) {
      await put(place, 'pointed-to', 'stays');
      await symlink('pointed-to', join(place.root, 'name'));
      await publishFile(place.storage, 'name', 'new');
      await t.throwsAsync(readlink(join(place.root, 'name')));
      t.is(await readFile(join(place.root, 'name'), 'utf8'), 'new');
      t.is(await readFile(join(place.root, 'pointed-to'), 'utf8'), 'stays');
    },
  },
  {
    title: 'publishing a draft that is not there fails, and the old file stays',
    async run(t, place) {
      await put(place, 'file', 'old');
      await t.throwsAsync(place.storage.publish('file', someDraft('file')));
      await t.throwsAsync(place.storage.publish('missing/file', someDraft('missing/file')));
      t.is(await readFile(join(place.root, 'file'), 'utf8'), 'old');
      t.deepEqual(await namesOnDisk(place), ['file']);
    },
  },
  {
    title: 'after a crash the draft is removed, the old file stays',
    async run(t, place) {
      const { storage } = place;
      const name = someDraft('sub/file');
      await put(place, 'sub/file', 'old');
      await put(place, `sub/${tempName(name)}`, 'half');
      t.true(await storage.recover('sub/file', name));
      t.false(await storage.recover('sub/file', name));
      t.deepEqual(await namesOnDisk(place), ['sub', 'sub/file']);
      t.is(await readFile(join(place.root, 'sub/file'), 'utf8'), 'old');
    },
  },
  {
    title: 'after a crash between the two renames the back-up is restored',
    async run(t, place) {
      const { storage, root } = place;
      const name = someDraft('file');
      await writeFile(join(root, backupName(name)), 'old');
      await writeFile(join(root, tempName(name)), 'new');
      t.true(await storage.recover('file', name));
      t.deepEqual(await namesOnDisk(place), ['file']);
      t.is(await readFile(join(root, 'file'), 'utf8'), 'old');
    },
  },
  {
    title: 'after a crash past both renames the back-up goes, the new file stays',
    async run(t, place) {
      const { storage, root } = place;
      const name = someDraft('file');
      await writeFile(join(root, backupName(name)), 'old');
      await writeFile(join(root, 'file'), 'new');
      t.true(await storage.recover('file', name));
      t.deepEqual(await namesOnDisk(place), ['file']);
      t.is(await readFile(join(root, 'file'), 'utf8'), 'new');
    },
  },
  {
    title: 'recovering where nothing was left tells so',
    async run(t, place) {
      await put(place, 'file', 'stays');
      t.false(await place.storage.recover('file', someDraft('file')));
      t.false(await place.storage.recover('missing/file', someDraft('missing/file')));
      t.false(await place.storage.recover('file/below', someDraft('file/below')));
      t.deepEqual(await listPaths(place.storage), ['file']);
    },
  },
  {
    title: "another attempt's draft is left alone by recover and publish",
    async run(t, place) {
      const { storage } = place;
      const other = await finishDraft(storage, 'file', 'other');
      t.false(await storage.recover('file', someDraft('file')));
      await publishFile(storage, 'file', 'mine');
      t.is((await storage.statDraft('file', other))?.size, 5);
    },
  },
  {
    title: 'a probe leaves nothing behind',
    async run(t, place) {
      await put(place, 'file', 'stays');
      const { freeBytes, clockSkewMs, notes } = await place.storage.probe(never);
      t.true(freeBytes === undefined || freeBytes > 0);
      t.true(clockSkewMs === undefined || Number.isFinite(clockSkewMs));
      t.true(notes.every((note) => note.length > 0));
      t.deepEqual(await namesOnDisk(place), ['file']);
    },
  },
];
