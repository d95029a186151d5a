import type { FileVersion } from '../../../src/base/model.ts';
import type { ContractCase, OpenedStorage } from '../storage.ts';
import {
  finishDraft,
  never,
  noise,
  put,
  readAll,
  readWhile,
  someTimeMs,
  stopReason,
  throwsSyncError,
} from './arrange.ts';

const MiB = 1024 * 1024;
const changed = { kind: 'changed', reason: 'changed-while-read' } as const;
const vanished = { kind: 'changed', reason: 'vanished' } as const;

const path = 'folder/file';
const listedText = 'content as it was listed';

/** The file as it was listed is no longer what stands there when it is read. */
const replacements: readonly (readonly [what: string, expected: typeof changed | typeof vanished, change: Change])[] = [
  ['longer', changed, (place) => put(place, path, `${listedText} and more`)],
  ['shorter', changed, (place) => put(place, path, 'con')],
  ['empty', changed, (place) => put(place, path, '')],
  ['of another time', changed, (place) => put(place, path, listedText, someTimeMs + 2000)],
  ['gone', vanished, (place) => place.ground.remove(path)],
];

type Change = (place: OpenedStorage) => Promise<unknown>;

export const readingCases: readonly ContractCase[] = [
  {
    title: 'files of every size come back byte for byte',
    async run(t, place) {
      const { maxReadBytes } = place.storage.capabilities;
      const borders = [1, 2, 3].flatMap((chunks) => [-1, 0, 1].map((more) => chunks * maxReadBytes + more));
      for (const size of [0, 1, 2, ...borders, 5 * MiB + 3]) {
        const content = noise(size);
        const expected = await put(place, `f${size}`, content);
        t.true(content.equals(await readAll(place.storage, `f${size}`, expected)), `${size} bytes`);
      }
    },
  },
  {
    title: 'reading begins at any byte',
    async run(t, place) {
      const content = noise(MiB + 17);
      const expected = await put(place, 'f', content);
      for (const start of [0, 1, 65_535, 65_536, MiB, content.length - 1, content.length]) {
        const read = await readAll(place.storage, 'f', expected, { start });
        t.true(content.subarray(start).equals(read), `from ${start}`);
      }
    },
  },
  {
    title: 'many files are read at the same time, one of them many times',
    async run(t, place) {
      const contents = Array.from({ length: 100 }, (_, index) => noise(index * 1000));
      const versions: FileVersion[] = [];
      for (const [index, content] of contents.entries())
        versions.push(await put(place, `d${index % 7}/${index}`, content));
      const all = [...contents.keys(), ...Array.from({ length: 20 }, () => 99)];
      const right = await Promise.all(
        all.map(async (index) => {
          const read = await readAll(place.storage, `d${index % 7}/${index}`, versions[index] as FileVersion);
          return contents[index]?.equals(read);
        }),
      );
      t.true(right.every(Boolean));
    },
  },
  ...replacements.map(
    ([what, expected, change]): ContractCase => ({
      title: `a listed file that is ${what} now throws ${expected.reason}`,
      async run(t, place) {
        const listed = await put(place, path, listedText);
        await change(place);
        await throwsSyncError(t, () => readAll(place.storage, path, listed), expected);
      },
    }),
  ),
  {
    title: 'a file that grows while it is read throws changed-while-read',
    async run(t, place) {
      const content = noise(24 * MiB);
      const listed = await put(place, 'file', content);
      const grow = () => put(place, 'file', Buffer.concat([content, Buffer.from('x')]));
      await throwsSyncError(t, () => readWhile(place, 'file', listed, grow), changed);
    },
  },
  {
    title: 'a finished draft is read by its name, whatever its time',
    needs: 'readsDrafts',
    async run(t, { storage }) {
      const content = noise(MiB);
      const draft = await finishDraft(storage, 'sub/file', content);
      const expected = { size: content.length, mtimeMs: 0 };
      t.true(content.equals(await readAll(storage, 'sub/file', expected, { draft })));
      await throwsSyncError(t, () => readAll(storage, 'sub/file', { size: 7, mtimeMs: 0 }, { draft }), changed);
      await throwsSyncError(t, () => readAll(storage, 'sub/file', expected), vanished);
    },
  },
  {
    title: 'readers that leave early leave nothing open',
    async run(t, place) {
      const content = noise(2 * MiB);
      const expected = await put(place, 'file', content);
      for (let round = 0; round < 200; round++) {
        for await (const _ of place.storage.read('file', { expected, start: 0, signal: never })) break;
      }
      t.true(content.equals(await readAll(place.storage, 'file', expected)));
    },
  },
  {
    title: 'an aborted read throws the reason, before and amid reading',
    async run(t, place) {
      const expected = await put(place, 'file', noise(16 * MiB));
      const reason = stopReason();
      const before = readAll(place.storage, 'file', expected, { signal: AbortSignal.abort(reason) });
      await t.throwsAsync(before, { is: reason });
      const controller = new AbortController();
      await t.throwsAsync(
        async () => {
          for await (const _ of place.storage.read('file', { expected, start: 0, signal: controller.signal })) {
            controller.abort(reason);
          }
        },
        { is: reason },
      );
    },
  },
];
