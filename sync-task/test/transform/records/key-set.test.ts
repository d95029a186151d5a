import { readdir } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import { recordingFile } from '../../../src/testing/recording-file.ts';
import { keyOf, keySet } from '../../../src/transform/records/key-set.ts';

test('it answers like a Set, on disk as in memory', async (t) => {
  await using file = recordingFile();
  let sets = 0;
  const keys = fc.array(fc.oneof(fc.nat({ max: 60 }).map(String), fc.string()), { maxLength: 300 });
  const property = fc.asyncProperty(keys, fc.integer({ min: 1, max: 40 }), async (list, few) => {
    using set = keySet(file, `set-${sets++}`, { few, shareBytes: 1 });
    const model = new Set<string>();
    for (const key of list) {
      t.is(set.add(key), !model.has(key));
      model.add(key);
      await set.settle();
    }
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 100 }));
});

test('few keys need no disk, many keep what memory holds bounded', async (t) => {
  await using file = recordingFile();
  using set = keySet(file, 'many', { few: 20_000, shareBytes: 1 });
  for (let index = 0; index < 20_000; index++) set.add(String(index));
  t.deepEqual(await readdir(await file.scratch()), []);
  for (let index = 20_000; index < 100_000; index++) {
    t.true(set.add(String(index)));
    if (index % 1000 === 0) await set.settle();
  }
  for (let index = 0; index < 100_000; index += 7) t.false(set.add(String(index)));
  t.deepEqual(await readdir(await file.scratch()), ['many.db']);
});

test('values side by side are no other values side by side', (t) => {
  const rows = [
    ['ab', 'c'],
    ['a', 'bc'],
    ['', 'abc'],
    ['1:a', ''],
    ['', '1:a'],
  ];
  t.is(new Set(rows.map((row) => keyOf(row, [0, 1]))).size, rows.length);
});

test('many keys ask for memory once, and make do with what there is', async (t) => {
  await using recording = recordingFile();
  const taken: number[] = [];
  let back = 0;
  const file = {
    ...recording,
    memoryBytes: 2 ** 22,
    async takeMemory(bytes: number) {
      taken.push(bytes);
      return () => void back++;
    },
  };
  {
    using set = keySet(file, 'some', { few: 1000 });
    for (let index = 0; index < 100_000; index++) {
      t.true(set.add(String(index)));
      if (index % 500 === 0) await set.settle();
    }
    t.false(set.add('7'));
  }
  t.deepEqual([taken, back], [[2 ** 22], 1]);
});
