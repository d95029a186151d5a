/** Transforms that give files another name at the target. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';

const gunzip = ['--transform', 'gunzip@**/*.gz'];

test('a file goes where its transforms name it, once, and what is known stays known', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'plain.csv', 'plain');
  await put(source, 'in/packed.csv.gz', '');
  await writeFile(join(source, 'in/packed.csv.gz'), gzipSync('a;b\n'));
  const first = await runCommand(['sync', '--run', 'one', '--verify', 'read-back', ...gunzip], environment);
  t.is(first.code, 0, first.stderr);
  t.deepEqual(await treeOf(target), { 'plain.csv': 'plain', 'in/packed.csv': 'a;b\n' });
  const second = await runCommand(['sync', '--run', 'two', ...gunzip], environment);
  t.like(second.result.files, { copied: 0, unchanged: 2 });
});

test('two files that would have one name: the one listed first has it, the other is refused', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a.csv', 'plain');
  await put(source, 'a.csv.gz', '');
  await writeFile(join(source, 'a.csv.gz'), gzipSync('packed'));
  const { code, result } = await runCommand(['sync', ...gunzip], environment);
  t.is(code, 65);
  t.like(result.files, { copied: 1, refused: 1 });
  t.regex(result.errors[0]?.message ?? '', /its transforms name it a\.csv, as they name a\.csv/);
  t.is(Object.keys(await treeOf(target)).join(), 'a.csv');
});

test('a changed transform does again what it applies to, and says so', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a.txt', 'a secret');
  await put(source, 'b.csv', 'b');
  await runCommand(['sync', '--run', 'one'], environment);
  const rule = ['--explain', '--transform', 'mask:token=secret@*.txt'];
  const ignored = await runCommand(['sync', '--run', 'two', '--transform-changed', 'ignore', ...rule], environment);
  t.like(ignored.result.files, { copied: 0, unchanged: 2 });
  t.regex(ignored.result.explain?.find(({ path }) => path === 'a.txt')?.reason ?? '', /its transforms changed/);
  const { result } = await runCommand(['sync', '--run', 'three', ...rule], environment);
  t.like(result.files, { copied: 1, unchanged: 1 });
  t.deepEqual(result.explain?.find(({ path }) => path === 'a.txt')?.reason, 'transform-changed');
  await put(source, 'a.txt', 'no longer', '2025-01-01T00:00:00Z');
  const changed = await runCommand(['sync', '--run', 'four', '--transform-changed', 'ignore'], environment);
  t.like(changed.result.files, { copied: 1, unchanged: 1 });
});
