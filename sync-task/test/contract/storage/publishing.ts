import type { ContractCase } from '../storage.ts';
import { finishDraft, listPaths, never, noise, publishFile, put, someDraft, startDraft, textAt } from './arrange.ts';

export const publishingCases: readonly ContractCase[] = [
  {
    title: 'a published file stands alone under its name',
    async run(t, place) {
      await publishFile(place.storage, 'file', 'new');
      t.deepEqual(await place.ground.names(), ['file']);
      t.is(await textAt(place, 'file'), 'new');
    },
  },
  {
    title: 'a published file takes the place of an old one and leaves nothing behind',
    async run(t, place) {
      await put(place, 'sub/file', 'old and longer');
      await publishFile(place.storage, 'sub/file', 'new');
      t.deepEqual(await place.ground.names(), ['sub/file']);
      t.is(await textAt(place, 'sub/file'), 'new');
    },
  },
  {
    title: 'a reader sees the old file or the new one, never a part',
    async run(t, place) {
      const { storage } = place;
      const versions = Array.from({ length: 12 }, () => noise(300_000));
      await put(place, 'file', versions[0]);
      let publishing = true;
      let looks = 0;
      const reader = async () => {
        while (publishing) {
          const seen = await place.ground.get('file');
          if (!seen && storage.capabilities.atomicReplace) throw new Error('nothing'); // else declared, so allowed
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
      t.true(versions.at(-1)?.equals((await place.ground.get('file')) ?? Buffer.alloc(0)));
    },
  },
  {
    title: 'publishing a draft that is not there fails, and the old file stays',
    async run(t, place) {
      await put(place, 'file', 'old');
      await t.throwsAsync(place.storage.publish('file', someDraft('file')));
      await t.throwsAsync(place.storage.publish('missing/file', someDraft('missing/file')));
      t.is(await textAt(place, 'file'), 'old');
      t.deepEqual(await place.ground.names(), ['file']);
    },
  },
  {
    title: 'after a crash the draft is removed, the old object stays',
    needs: 'draftsApart',
    async run(t, place) {
      const { storage } = place;
      await put(place, 'sub/file', 'old');
      const name = someDraft('sub/file');
      const draft = await startDraft(storage, 'sub/file', { name });
      await draft.write([Buffer.from('new')]);
      await draft.leave();
      await storage.recover('sub/file', name);
      t.false(await storage.recover('sub/file', name));
      t.deepEqual(await place.ground.names(), ['sub/file']);
      t.is(await textAt(place, 'sub/file'), 'old');
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
    needs: 'draftsApart',
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
      t.deepEqual(await place.ground.names(), ['file']);
    },
  },
];
