/** The main job by the command itself, folder to folder: what is copied, what is not, and why. */
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';

test('copies what is new or changed, never twice, and deletes nothing', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a/one.txt', 'one');
  await put(source, 'two.txt', 'two');
  await put(source, 'empty', '');
  const first = await runCommand(['sync', '--run', 'day-1'], environment);
  t.is(first.code, 0, first.stderr);
  t.notThrows(() => resultSchema.parse(first.result));
  t.is(first.result.files.copied, 3);
  t.deepEqual(await treeOf(target), await treeOf(source));

  await rm(join(source, 'a/one.txt'));
  await put(source, 'two.txt', 'two, changed', '2024-03-02T00:00:00Z');
  await put(source, 'old.txt', 'copied in late', '2001-01-01T00:00:00Z');
  const second = await runCommand(['sync', '--run', 'day-2', '--explain'], environment);
  t.is(second.code, 0);
  t.notThrows(() => resultSchema.parse(second.result));
  t.deepEqual(second.result.explain?.map(({ path, decision, reason }) => `${path}: ${decision} (${reason})`).sort(), [
    'empty: unchanged (is as it was last copied)',
    'old.txt: copy (new)',
    'two.txt: copy (size-changed)',
  ]);
  t.deepEqual(await treeOf(target), { ...(await treeOf(source)), 'a/one.txt': 'one' });

  const third = await runCommand(['sync', '--run', 'day-3'], environment);
  t.is(third.code, 0);
  t.like(third.result.files, { copied: 0, unchanged: 3, planned: 0 });
});

test('a dry run explains and writes nothing', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a.txt', 'a');
  const { code, result } = await runCommand(['sync', '--dry-run'], environment);
  t.is(code, 0);
  t.deepEqual(result.explain, [{ path: 'a.txt', decision: 'copy', reason: 'new' }]);
  t.deepEqual(await treeOf(target), {});
  const after = await runCommand(['status'], environment);
  t.deepEqual(after.result.runs, []);
});

test('a dry run says a line about every file, in either form, and no secret that a name holds', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a.txt', 'a');
  await put(source, 'b hunter22.txt', 'b');
  await put(source, 'two\nlines', 'c');
  const settings = { ...environment, SYNC_TASK_STATE_PASSWORD: 'hunter22' };
  const json = (await runCommand(['plan', '--dry-run', '--log-format', 'json'], settings)).stderr.trim().split('\n');
  t.deepEqual(json.map((line) => JSON.parse(line).message).sort(), [
    'copy: a.txt (new)',
    'copy: b [redacted].txt (new)',
    'copy: two\nlines (new)',
    'planned 3 of 3 files in 1 batch',
  ]);
  const pretty = (await runCommand(['plan', '--dry-run', '--log-format', 'pretty'], settings)).stderr
    .trim()
    .split('\n');
  t.deepEqual(pretty.map((line) => line.replace(/^[\d-]{10} [\d:]{8}[+-][\d:]{5} /, '')).sort(), [
    'info  copy: a.txt (new)',
    'info  copy: b [redacted].txt (new)',
    'info  copy: two\\x0alines (new)',
    'info  planned 3 of 3 files in 1 batch',
  ]);
});

test('batches run apart: the same plan again, each batch once, finish says what is missing', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (let number = 0; number < 7; number++) await put(source, `f${number}`, String(number));
  const plan = ['plan', '--run', 'r', '--batch-files', '3'];
  const planned = await runCommand(plan, environment);
  t.deepEqual(
    planned.result.batches.map(({ number, files }) => [number, files]),
    [
      [1, 3],
      [2, 3],
      [3, 1],
    ],
  );
  await put(source, 'late', 'too late for this plan');
  const again = await runCommand(plan, environment);
  t.deepEqual(again.result.batches, planned.result.batches);
  t.regex(again.stderr, /run r has its plan already, of .*: 7 files in 3 batches; it is used again/);

  t.is((await runCommand(['run', '--run', 'r', '--batch', '2'], environment)).result.files.copied, 3);
  const unfinished = await runCommand(['finish', '--run', 'r'], environment);
  t.is(unfinished.code, 75);
  t.regex(unfinished.result.errors[0]?.message ?? '', /4 files are still to be copied: run batch 1, 3 of run r again/);

  for (const batch of ['1', '2', '3']) {
    const run = await runCommand(['run', '--run', 'r', '--batch', batch], environment);
    t.is(run.code, 0);
    t.is(run.result.files.copied, batch === '2' ? 0 : Number(planned.result.batches[Number(batch) - 1]?.files));
  }
  const finished = await runCommand(['finish', '--run', 'r'], environment);
  t.is(finished.code, 0);
  t.is(finished.result.files.copied, 7);
  const { late, ...expected } = await treeOf(source);
  t.is(late, 'too late for this plan');
  t.deepEqual(await treeOf(target), expected);
});

const policies = [
  { policy: 'adopt', same: 'adopted', other: 'copied', code: 0 },
  { policy: 'replace', same: 'copied', other: 'copied', code: 0 },
  { policy: 'refuse', same: 'refused', other: 'refused', code: 65 },
] as const;

for (const { policy, same, other, code } of policies) {
  test(`files that stand at the target before the first run: ${policy}`, async (t) => {
    const { source, target, environment } = await newFolders(t);
    await put(source, 'same', 'same');
    await put(target, 'same', 'same');
    await put(source, 'other', 'new content');
    await put(target, 'other', 'old content, longer');
    const run = await runCommand(['sync', '--run', 'r', '--existing', policy], environment);
    t.is(run.code, code, run.stderr);
    const { result } = await runCommand(['status', '--run', 'r'], environment);
    const became = Object.fromEntries(result.explain?.map(({ path, decision }) => [path, decision]) ?? []);
    t.deepEqual(became, { same, other });
    t.is((await treeOf(target))['other'], policy === 'refuse' ? 'old content, longer' : 'new content');
  });
}

test('selection: globs, prefix, age and links, each with its reason', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'day/a.txt', 'a');
  await put(source, 'day/b.tmp', 'b');
  await put(source, 'day/old.txt', 'o', '2020-01-01T00:00:00Z');
  await put(source, 'day/young.txt', 'y', new Date(Date.now() - 1000).toISOString());
  await put(source, 'day/future.txt', 'f', '2099-01-01T00:00:00Z');
  await put(source, 'other/c.txt', 'c');
  await symlink('a.txt', join(source, 'day/link.txt'));
  const select = ['--prefix', 'day/', '--exclude', '*.tmp', '--since', '2023-01-01', '--min-age', '1h'];
  const { code, result } = await runCommand(['sync', ...select, '--explain'], environment);
  t.is(code, 0);
  t.deepEqual(result.explain?.map(({ path, decision, reason }) => `${path}: ${decision}, ${reason}`).sort(), [
    'day/a.txt: copy, new',
    'day/b.tmp: excluded, matches --exclude',
    'day/future.txt: copy, new',
    'day/link.txt: skipped, is a symbolic link',
    'day/old.txt: excluded, is older than --since',
    'day/young.txt: deferred, is younger than --min-age',
  ]);
});

test('transforms change the files of their glob; what is not valid is refused by name, the others go on', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a.txt', 'my password is\tpassword');
  await put(source, 'a.bin', 'my password is password');
  await put(source, 'bad.txt', Buffer.from([0x61, 0xff]));
  const chain = ['--transform', 'mask:token=password@*.txt', '--transform', 'replace-whitespace@*.txt'];
  const run = await runCommand(['sync', '--run', 'r1', ...chain], environment);
  t.is(run.code, 65);
  t.is(run.result.errors.length, 1);
  t.regex(run.result.errors[0]?.message ?? '', /bad\.txt.* UTF-8 .*byte offset 1/s);
  t.deepEqual(await treeOf(target), { 'a.bin': 'my password is password', 'a.txt': 'my_********_is_********' });

  const changed = await runCommand(
    ['plan', '--run', 'r2', '--explain', '--transform', 'mask:token=my@*.txt'],
    environment,
  );
  t.deepEqual(changed.result.explain?.map(({ path, reason }) => `${path}: ${reason}`).sort(), [
    'a.bin: is as it was last copied',
    'a.txt: transform-changed',
    'bad.txt: new',
  ]);
});

test('a file that vanishes or changes after the plan waits for a later run and fails nothing', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'gone', 'gone');
  await put(source, 'grown', 'short');
  await put(source, 'kept', 'kept');
  await runCommand(['plan', '--run', 'r'], environment);
  await rm(join(source, 'gone'));
  await put(source, 'grown', 'longer than before', '2024-03-05T00:00:00Z');
  const run = await runCommand(['run', '--run', 'r', '--batch', '1'], environment);
  t.is(run.code, 0);
  t.like(run.result.files, { copied: 1, deferred: 2, failed: 0 });
  t.deepEqual(await treeOf(target), { kept: 'kept' });
  const finished = await runCommand(['finish', '--run', 'r'], environment);
  t.is(finished.code, 0);
  const next = await runCommand(['sync'], environment);
  t.is(next.result.files.copied, 1);
  t.deepEqual(await treeOf(target), await treeOf(source));
});

test('a target file that is a folder fails alone, and keeps what is in it', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'file');
  await put(source, 'b', 'file');
  await mkdir(join(target, 'a'));
  await put(target, 'a/precious', 'precious');
  const run = await runCommand(['sync'], environment);
  t.is(run.code, 65);
  t.regex(run.errors.join('\n'), /"a" is a folder; move it away or exclude the file/);
  t.deepEqual(await treeOf(target), { 'a/precious': 'precious', b: 'file' });
});

test('what happened to a file is told from its events', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['sync', '--run', 'r'], environment);
  const { result } = await runCommand(['status', '--path', 'a'], environment);
  t.notThrows(() => resultSchema.parse(result));
  t.deepEqual(
    result.events?.map(({ run, event, token }) => [run, event, token]),
    [
      ['r', 'claimed', 1],
      ['r', 'intent', 1],
      ['r', 'copied', 1],
    ],
  );
});
