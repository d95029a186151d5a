import type { Chunk } from '../../../src/base/model.ts';
import type { ContractCase } from '../storage.ts';
import {
  finishDraft,
  listAll,
  listPaths,
  noise,
  publishFile,
  someDraft,
  someTimeMs,
  startDraft,
  stopReason,
  textAt,
  throwsSyncError,
} from './arrange.ts';

const MiB = 1024 * 1024;
/** Where a place has to give drafts a name. */
const hiddenDraft = /^sub\/\.sync-task\.[0-9a-f]{8}-\d+-[0-9a-f]{16}\.tmp$/;

/** How a file may be cut when it is handed over: [what, calls]. */
const cuts: readonly (readonly [what: string, calls: () => readonly Chunk[]])[] = [
  ['no call at all', () => []],
  ['one byte', () => [[noise(1)]]],
  ['one piece of several MiB', () => [[noise(5 * MiB + 1)]]],
  ['many calls', () => Array.from({ length: 500 }, (_, index) => [noise(index + 1)])],
  ['many pieces in one call', () => [Array.from({ length: 3000 }, (_, index) => noise((index % 40) + 1))]],
  ['pieces that straddle requests', () => Array.from({ length: 7 }, () => [noise(100_003), noise(1), noise(70_001)])],
];

export const draftCases: readonly ContractCase[] = [
  ...cuts.map(
    ([what, calls]): ContractCase => ({
      title: `a file written in ${what} arrives byte for byte`,
      async run(t, place) {
        const { storage } = place;
        const chunks = calls();
        const content = Buffer.concat(chunks.flat());
        const name = someDraft('file');
        const draft = await startDraft(storage, 'file', { name, expectedBytes: content.length });
        for (const chunk of chunks) await draft.write(chunk);
        t.is((await draft.finish()).size, content.length);
        await storage.publish('file', name);
        t.true((await place.ground.get('file'))?.equals(content));
      },
    }),
  ),
  {
    title: 'a draft is seen by nobody until it is published',
    async run(t, place) {
      const { storage } = place;
      const draft = await startDraft(storage, 'sub/file');
      await draft.write([Buffer.from('content')]);
      for (const step of [async () => undefined, () => draft.finish()]) {
        await step();
        t.deepEqual(await listAll(storage), []);
        t.is(await storage.stat('sub/file'), undefined);
        for (const name of await place.ground.names()) t.regex(name, hiddenDraft);
      }
    },
  },
  {
    title: 'a discarded draft leaves nothing, at every stage',
    async run(t, place) {
      const { storage } = place;
      const unwritten = await startDraft(storage, 'sub/file');
      await unwritten.discard();
      const written = await startDraft(storage, 'sub/file');
      await written.write([noise(3 * MiB)]);
      await written.discard();
      const finished = await startDraft(storage, 'sub/file');
      await finished.finish();
      await finished.discard();
      await finished.discard();
      t.deepEqual(await place.ground.names(), []);
    },
  },
  {
    title: 'discarding what was published does no harm',
    async run(t, place) {
      const { storage } = place;
      const name = someDraft('file');
      const published = await startDraft(storage, 'file', { name });
      await published.finish();
      await storage.publish('file', name);
      await published.discard();
      t.deepEqual(await place.ground.names(), ['file']);
    },
  },
  {
    title: 'the modification time is kept, to the step that the place has',
    async run(t, { storage }) {
      const { setMtime, mtimeStepMs } = storage.capabilities;
      for (const mtimeMs of [
        0,
        1000,
        someTimeMs,
        someTimeMs + 1,
        someTimeMs + 123,
        someTimeMs + 999,
        4_000_000_000_123,
      ]) {
        const name = someDraft('file');
        const draft = await startDraft(storage, 'file', { name, mtimeMs });
        const finished = await draft.finish();
        t.is(finished.mtimeKept, setMtime);
        await storage.publish('file', name);
        const stored = await storage.stat('file');
        t.is(stored?.mtimeMs, finished.mtimeMs);
        if (setMtime) t.is(stored?.mtimeMs, Math.floor(mtimeMs / mtimeStepMs) * mtimeStepMs);
      }
    },
  },
  {
    title: 'bytes are forced to disk where asked',
    async run(t, place) {
      const { storage } = place;
      const name = await finishDraft(storage, 'new/folder/file', 'content', { fsync: true });
      await storage.publish('new/folder/file', name);
      t.is(await textAt(place, 'new/folder/file'), 'content');
    },
  },
  {
    title: 'a second draft of the same name fails and leaves the first alone',
    async run(t, place) {
      const { storage } = place;
      const name = someDraft('file');
      const first = await startDraft(storage, 'file', { name });
      await first.write([Buffer.from('first')]);
      await t.throwsAsync(startDraft(storage, 'file', { name }));
      await first.finish();
      await storage.publish('file', name);
      t.is(await textAt(place, 'file'), 'first');
    },
  },
  {
    title: 'a draft name that listings would show is refused',
    async run(t, place) {
      for (const name of ['', 'x', '../x', 'probe-1']) {
        await throwsSyncError(t, () => startDraft(place.storage, 'file', { name }), { kind: 'permanent' });
      }
      t.deepEqual(await place.ground.names(), []);
    },
  },
  {
    title: 'hundreds of drafts are written and published at the same time',
    async run(t, place) {
      const paths = Array.from({ length: 200 }, (_, index) => `d${index % 5}/${index}`);
      await Promise.all(paths.map((path) => publishFile(place.storage, path, path.repeat(100))));
      for (const path of paths) t.is(await textAt(place, path), path.repeat(100));
      t.deepEqual(await listPaths(place.storage), [...paths].sort());
    },
  },
  {
    title: 'statDraft tells what stands',
    async run(t, { storage }) {
      const name = someDraft('sub/file');
      t.is(await storage.statDraft('sub/file', name), undefined);
      await finishDraft(storage, 'sub/file', 'content', { name });
      const expected = await storage.statDraft('sub/file', name);
      t.like(expected, { size: 7, ...(storage.capabilities.setMtime ? { mtimeMs: someTimeMs } : {}) });
      t.is(await storage.statDraft('sub/file', someDraft('sub/file')), undefined);
      await storage.publish('sub/file', name);
      t.is(await storage.statDraft('sub/file', name), undefined);
    },
  },
  {
    title: 'an aborted draft throws the reason and can be discarded',
    async run(t, place) {
      const reason = stopReason();
      const controller = new AbortController();
      const draft = await startDraft(place.storage, 'file', { signal: controller.signal });
      await draft.write([Buffer.from('x')]);
      controller.abort(reason);
      await t.throwsAsync(draft.write([Buffer.from('y')]), { is: reason });
      await t.throwsAsync(draft.finish(), { is: reason });
      await draft.discard();
      t.deepEqual(await place.ground.names(), []);
    },
  },
];
