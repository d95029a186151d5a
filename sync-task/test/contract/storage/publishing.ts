import { SyncError } from '../../../src/base/errors.ts';
import type { ContractCase } from '../storage.ts';
import {
  finishDraft,
  listPaths,
  never,
  noise,
  publishFile,
  put,
  someDraft,
  startDraft,
  textAt,
  throwsSyncError,
} from './arrange.ts';

const exists = { kind: 'refused', reason: 'exists' } as const;

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
    title: 'a file that may replace nothing is published where nothing stands',
    async run(t, place) {
      const { storage } = place;
      const name = await finishDraft(storage, 'sub/file', 'new');
      await storage.publish('sub/file', name, { onlyNew: true });
      t.deepEqual(await place.ground.names(), ['sub/file']);
      t.is(await textAt(place, 'sub/file'), 'new');
      t.is(await storage.statDraft('sub/file', name), undefined);
    },
  },
  {
    title: 'a file that may replace nothing is refused where another stands, since before it was begun or since then',
    async run(t, place) {
      const { storage, ground } = place;
      for (const since of ['before', 'then'] as const) {
        const path = `sub/${since}`;
        if (since === 'before') await put(place, path, 'theirs');
        const draft = await finishDraft(storage, path, 'new and longer');
        if (since === 'then') await publishFile(storage, path, 'theirs');
        await throwsSyncError(t, () => storage.publish(path, draft, { onlyNew: true }), exists);
        t.is(await textAt(place, path), 'theirs');
        await storage.recover(path, draft);
      }
      t.deepEqual(await ground.names(), ['sub/before', 'sub/then']);
    },
  },
  {
    title: 'of many that may replace nothing one is published',
    async run(t, place) {
      const { storage } = place;
      if (storage.capabilities.publishesNew !== 'atomic' || !storage.capabilities.draftsApart) {
        t.pass();
        return;
      }
      const drafts = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => finishDraft(storage, 'file', `content ${index}`)),
      );
      const done = await Promise.allSettled(drafts.map((name) => storage.publish('file', name, { onlyNew: true })));
      const published = done.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      t.is(published.length, 1);
      t.is(await textAt(place, 'file'), `content ${published[0]}`);
      for (const result of done) if (result.status === 'rejected') t.like(result.reason, exists);
    },
  },
  {
    title: 'nothing is published once the lease is over',
    async run(t, place) {
      const { storage } = place;
      const over = new SyncError('over', { kind: 'transient', reason: 'lease-lost' });
      await put(place, 'old', 'old');
      for (const path of ['old', 'new']) {
        for (const onlyNew of [false, true]) {
          const name = await finishDraft(storage, path, 'of the sleeper');
          const mayWrite = () => {
            throw over;
          };
          if (path === 'new' || !onlyNew) {
            t.is(await t.throwsAsync(storage.publish(path, name, { onlyNew, mayWrite })), over);
          } else await t.throwsAsync(storage.publish(path, name, { onlyNew, mayWrite }));
          await storage.recover(path, name);
        }
      }
      t.is(await textAt(place, 'old'), 'old');
      t.deepEqual(await place.ground.names(), ['old']);
    },
  },
  ...[10, 12 * 1024 * 1024].flatMap((size) =>
    ['nothing', 'a file'].map(
      (stood): ContractCase => ({
        title: `where ${stood} stood, a sleeper's ${size} bytes do not replace what his successor has published`,
        async run(t, place) {
          const { storage } = place;
          if (!storage.publishedBy) {
            t.pass(); // only what is kept with a file tells them apart
            return;
          }
          if (stood === 'a file') await publishFile(storage, 'file', 'old');
          const late = await finishDraft(storage, 'file', noise(size), { expectedBytes: size });
          const name = await finishDraft(storage, 'file', 'of the successor');
          await storage.publish('file', name);
          await throwsSyncError(t, () => storage.publish('file', late), { kind: 'transient' });
          t.is(await textAt(place, 'file'), 'of the successor');
          t.is(await storage.publishedBy('file'), name);
        },
      }),
    ),
  ),
  {
    title: 'what was published tells its mark, and nothing else does',
    async run(t, place) {
      const { storage } = place;
      if (!storage.publishedBy) {
        t.pass();
        return;
      }
      await put(place, 'other');
      t.is(await storage.publishedBy('other'), undefined);
      t.is(await storage.publishedBy('missing'), undefined);
      const name = await finishDraft(storage, 'file', 'new');
      t.is(await storage.publishedBy('file'), undefined);
      await storage.publish('file', name);
      t.is(await storage.publishedBy('file'), name);
      await storage.publish('file', await finishDraft(storage, 'file', 'newer', { mark: 'another-mark' }));
      t.is(await storage.publishedBy('file'), 'another-mark');
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
