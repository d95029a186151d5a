/** Limits of a run: the rest waits, and the user is told. */
import test from 'ava';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';

test('--max-files and --max-bytes: the rest waits for the next run', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (let number = 0; number < 5; number++) await put(source, `f${number}`, 'four');
  const first = await runCommand(['sync', '--run', 'one', '--max-files', '2'], environment);
  t.is(first.code, 0, first.stderr);
  t.like(first.result.files, { copied: 2, deferred: 3 });
  t.regex(first.stderr, /3 files wait for the next run: this one is full/);
  const status = await runCommand(['status', '--run', 'one'], environment);
  t.is(status.result.explain?.filter(({ reason }) => reason.startsWith('waits for the next run')).length, 3);
  const second = await runCommand(['sync', '--max-bytes', '3'], environment);
  t.like(second.result.files, { copied: 1, deferred: 2 });
  const third = await runCommand(['sync', '--max-bytes', '8'], environment);
  t.like(third.result.files, { copied: 2, deferred: 0 });
  t.deepEqual(await treeOf(target), await treeOf(source));
});

test('--max-duration: nothing more is begun, the rest stays planned, and running it again goes on', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (let number = 0; number < 5; number++) await put(source, `f${number}`, 'four');
  await runCommand(['plan', '--run', 'r'], environment);
  const batch = ['run', '--run', 'r', '--batch', '1'];
  const stopped = await runCommand([...batch, '--max-duration', '1ms'], environment);
  t.is(stopped.code, 75, stopped.stderr);
  t.is(stopped.result.status, 'stopped');
  t.is(stopped.result.batches[0]?.status, 'planned');
  t.regex(stopped.result.errors[0]?.message ?? '', /the time is up \(--max-duration\): 5 files of batch 1/);
  t.deepEqual(await treeOf(target), {});
  const status = await runCommand(['status', '--run', 'r'], environment);
  t.is(status.result.batches[0]?.status, 'planned');
  t.is((await runCommand(batch, environment)).result.files.copied, 5);

  await put(source, 'late', 'x');
  const whole = await runCommand(['sync', '--run', 'r2', '--max-duration', '1ms'], environment);
  t.is(whole.code, 75);
  t.is(whole.result.status, 'stopped');
  t.regex(whole.result.errors[0]?.message ?? '', /1 file is still to be copied/);
});

test('--bwlimit: slower, and the same bytes', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', Buffer.alloc(300_000, 'a'));
  const limited = await runCommand(['sync', '--bwlimit', '200KB'], environment);
  t.is(limited.code, 0, limited.stderr);
  t.true(limited.result.durationMs >= 1000);
  t.deepEqual(await treeOf(target), await treeOf(source));
  const wrong = await runCommand(['plan', '--bwlimit', '08:00'], environment);
  t.is(wrong.code, 64);
  t.regex(wrong.errors.join(), /--bwlimit: "08:00" is not a rate such as 10M, or a timetable/);
});
