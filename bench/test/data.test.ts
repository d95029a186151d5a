import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type DataSpec, fileCount, makeData, neededBytes, shrink, totalBytes } from '../data.ts';

const specs: readonly DataSpec[] = [
  { kind: 'even', files: 7, fileBytes: 5_000_000, folders: 3 },
  { kind: 'sparse', fileBytes: 123_456 },
  { kind: 'zipf', files: 10, largestBytes: 1000, folders: 2 },
];

for (const spec of specs) {
  test(`a tree of kind ${spec.kind} has as many files and bytes as it says`, async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'sync-task-bench-test-'));
    t.teardown(() => rm(home, { recursive: true }));
    const folder = join(home, 'tree');
    makeData(spec, folder);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const sizes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    t.is(files.length, fileCount(spec));
    t.is(
      sizes.reduce((sum, size) => sum + size, 0),
      totalBytes(spec),
    );
  });
}

test('the nth largest of Zipf sizes has a nth of the largest one', (t) => {
  t.is(totalBytes({ kind: 'zipf', files: 4, largestBytes: 1200, folders: 1 }), 1200 + 600 + 400 + 300);
});

test('one single file shrinks in size, many shrink in number', (t) => {
  const many: DataSpec = { kind: 'even', files: 100, fileBytes: 10, folders: 5 };
  t.deepEqual(shrink(many, 10), { kind: 'even', files: 10, fileBytes: 10, folders: 1 });
  t.deepEqual(shrink({ ...many, files: 1 }, 10), { kind: 'even', files: 1, fileBytes: 1, folders: 5 });
});

test('a sparse source needs room for its copies alone', (t) => {
  t.is(neededBytes({ kind: 'sparse', fileBytes: 1e6 }, 1), 1e6);
  t.is(neededBytes({ kind: 'even', files: 2, fileBytes: 1e6, folders: 1 }, 3), 8e6);
});
