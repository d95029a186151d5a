import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { publishSideFiles, removeDrafts, sideFiles, sideFilesStand } from '../../../src/engine/transfer/side-file.ts';
import { draftName, draftNameBeside, isOwnName, tempName } from '../../../src/storage/draft-name.ts';
import { fileStorage } from '../../../src/storage/file/file-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { newFolders, treeOf } from '../../kit/folders.ts';

const path = 'd/a.csv';
const name = draftName({ run: 'r', path, token: 7 });
const noKeys = { take: () => Promise.resolve([]) };
const signal = new AbortController().signal;

async function arrange(t: ExecutionContext) {
  const { target } = await newFolders(t);
  const storage = await fileStorage({ root: target, label: `file://${target}` });
  t.teardown(() => storage[Symbol.asyncDispose]());
  const sides = sideFiles(storage, path, path, { name, mtimeMs: 1_700_000_000_000, fsync: false, signal }, noKeys);
  return { target, storage, sides };
}

test('what is written aside is seen once it is published, under its own name', async (t) => {
  const { target, sides } = await arrange(t);
  await sides.file.aside('.bad', Buffer.from('one '));
  await sides.file.aside('.bad', Buffer.from('two'));
  await sides.finish();
  t.deepEqual(Object.keys(await treeOf(target)), [`d/${tempName(draftNameBeside(name, 'd/a.csv.bad'))}`]);
  await sides.publish();
  t.deepEqual(await treeOf(target), { 'd/a.csv.bad': 'one two' });
});

test('nothing is written where nothing was put aside, and nothing stays of what is discarded', async (t) => {
  const { target, sides } = await arrange(t);
  await sides.finish();
  await sides.publish();
  await sides.file.aside('.bad', Buffer.from('x'));
  await sides.discard();
  t.deepEqual(await treeOf(target), {});
});

test('one is discarded too that was made while its answer was lost', async (t) => {
  const { target, storage } = await arrange(t);
  const lossy: Storage = {
    ...storage,
    async draft(...given) {
      await (await storage.draft(...given)).leave();
      throw new Error('the answer was lost');
    },
  };
  const sides = sideFiles(lossy, path, path, { name, mtimeMs: 0, fsync: false, signal }, noKeys);
  await t.throwsAsync(sides.file.aside('.bad', Buffer.from('x')), { message: 'the answer was lost' });
  t.is(Object.keys(await treeOf(target)).length, 1);
  await sides.discard();
  t.deepEqual(await treeOf(target), {});
});

test('after a crash it is published with its file, or removed with it', async (t) => {
  const { target, storage, sides } = await arrange(t);
  await sides.file.aside('.bad', Buffer.from('x'));
  await sides.finish();
  t.deepEqual(sides.suffixes(), ['.bad']);
  const left = { draft: name, asides: sides.suffixes() };
  t.true(await sideFilesStand(storage, path, left));
  await publishSideFiles(storage, path, left);
  t.false(await sideFilesStand(storage, path, left), 'it stands no more');
  t.deepEqual(await treeOf(target), { 'd/a.csv.bad': 'x' });

  const later = draftName({ run: 'r', path, token: 8 });
  const again = sideFiles(storage, path, path, { name: later, mtimeMs: 0, fsync: false, signal }, noKeys);
  await again.file.aside('.bad', Buffer.from('y'));
  await again.finish();
  t.true(await removeDrafts(storage, path, { name: later, sideSuffixes: ['.bad'] }));
  t.false(await removeDrafts(storage, path, { name: later, sideSuffixes: ['.bad'] }));
  t.deepEqual(await treeOf(target), { 'd/a.csv.bad': 'x' });
});

test('the name of its draft is a draft name, of its own for every suffix', (t) => {
  const names = ['.a', '.b', ''].map((suffix) => draftNameBeside(name, path + suffix));
  t.is(new Set(names).size, 3);
  t.is(names[2], name);
  for (const each of names) t.true(isOwnName(tempName(each)));
});

test('the scratch folder is private, always the same, and gone afterwards', async (t) => {
  const { sides } = await arrange(t);
  const folder = await sides.file.scratch();
  t.is(await sides.file.scratch(), folder);
  await writeFile(join(folder, 'file'), 'x');
  await sides[Symbol.asyncDispose]();
  t.false(existsSync(folder));
});

test('counts are summed up', async (t) => {
  const { sides } = await arrange(t);
  t.is(sides.counts(), '');
  sides.file.note('rows rejected', 2);
  sides.file.note('rows rejected', 1);
  sides.file.note('rows valid', 0);
  sides.file.note('rows rejected', 4, 'other');
  t.is(sides.counts(), 'rows rejected: 3, rows valid: 0, rows rejected: 4');
  t.deepEqual(sides.counted(), { '': { 'rows rejected': 3, 'rows valid': 0 }, other: { 'rows rejected': 4 } });
});
