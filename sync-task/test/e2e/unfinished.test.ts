/** Files that are not finished at the source wait, with a reason, and fail nothing. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

test('--marker: files wait for theirs, markers stay where they are', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'in/whole.csv', 'whole');
  await put(source, 'in/whole.csv.done', '');
  await put(source, 'in/part.csv', 'par');
  const marked = { ...environment, SYNC_TASK_MARKER: '{name}.done' };
  const first = await runCommand(['sync', '--run', 'one', '--explain'], marked);
  t.is(first.code, 0, first.stderr);
  t.deepEqual(first.result.explain?.map(({ path, decision, reason }) => `${path}: ${decision}, ${reason}`).sort(), [
    'in/part.csv: deferred, waits for its marker in/part.csv.done',
    'in/whole.csv.done: excluded, is a marker (--marker)',
    'in/whole.csv: copy, new',
  ]);
  t.deepEqual(await treeOf(target), { 'in/whole.csv': 'whole' });
  const status = await runCommand(['status', '--run', 'one'], environment);
  t.like(
    status.result.explain?.find(({ path }) => path === 'in/part.csv'),
    { decision: 'deferred', reason: 'waits for its marker in/part.csv.done' },
  );

  await put(source, 'in/part.csv', 'part');
  await put(source, 'in/part.csv.done', '');
  t.is((await runCommand(['sync'], marked)).result.files.copied, 1);
  t.deepEqual(await treeOf(target), { 'in/part.csv': 'part', 'in/whole.csv': 'whole' });
});

test('--stable: what changes behind the listing waits for a later run, the rest is copied', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'grows', 'a');
  await put(source, 'stands', 'b');
  const running = startCommand(['sync', '--run', 'one', '--stable', '6s'], environment);
  let log = '';
  running.child.stderr?.on('data', (text: string) => {
    log += text;
  });
  await until(() => /waiting for \d s/.test(log));
  await put(source, 'grows', 'ab', '2024-03-01T00:00:01Z');
  const { code, result, stderr } = await running.ended;
  t.is(code, 0, stderr);
  t.like(result.files, { copied: 1, deferred: 1, failed: 0 });
  t.deepEqual(await treeOf(target), { stands: 'b' });
  t.is((await runCommand(['sync'], environment)).result.files.copied, 1);
  t.deepEqual(await treeOf(target), { grows: 'ab', stands: 'b' });
});

test('a rewrite of the same size in the second of the copy is seen, where times are whole seconds', async (t) => {
  const { target, state } = await newFolders(t);
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  const server = await startSftpServer({ root });
  t.teardown(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  const environment = {
    SYNC_TASK_SOURCE: `sftp://${server.user}@${server.host}:${server.port}/`,
    SYNC_TASK_SOURCE_PASSWORD: server.password,
    SYNC_TASK_SOURCE_KNOWN_HOSTS: server.knownHosts,
    SYNC_TASK_TARGET: `file://${target}`,
    SYNC_TASK_STATE: `sqlite:${state}`,
  };
  await writeFile(join(root, 'a'), 'old');
  const running = startCommand(['sync', '--log-level', 'debug', '--explain'], environment);
  let log = '';
  running.child.stderr?.on('data', (text: string) => {
    log += text;
  });
  await until(() => log.includes('copy: a (new)'));
  // Listed by now, and not yet read: its second is not over. A rewrite that keeps size and second is what is read then.
  const second = Math.floor(Date.now() / 1000);
  await writeFile(join(root, 'a'), 'new');
  await utimes(join(root, 'a'), second, second);
  const first = await running.ended;
  t.is(first.code, 0, first.stderr);
  await runCommand(['sync'], environment);
  t.deepEqual(await treeOf(target), { a: 'new' });
});

test('a wrong marker pattern is refused with what would do', async (t) => {
  const { environment } = await newFolders(t);
  for (const pattern of ['.done', '{name}', '{name}/done']) {
    const { code, errors } = await runCommand(['plan', '--marker', pattern], environment);
    t.is(code, 64);
    t.regex(errors.join(), /--marker: .* is not a file name with \{name\}/);
  }
});
