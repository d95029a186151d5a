/** Several processes on one batch, over Postgres: they share it, and each file is copied once. */
import { basename } from 'node:path';
import test from 'ava';
import { hostileEnvironment } from '../../faults/kit/places.ts';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../../kit/job.ts';
import { type Postgres, startPostgres } from '../../kit/postgres.ts';
import { startSftpServer } from '../../kit/sftp-server/server.ts';

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(async () => {
  await postgres?.stop();
});

const FILES = 120;

test.serial('four workers share a batch, one of them killed: every file arrives, each is published once', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (let number = 0; number < FILES; number++) await put(source, `f${number}`, `content ${number}`);
  const server = await startSftpServer({ root: target, faults: { delayMs: 30 } });
  t.teardown(() => server.stop());
  const job = {
    ...environment,
    SYNC_TASK_STATE: postgres.url,
    SYNC_TASK_STATE_PASSWORD: postgres.password,
    ...hostileEnvironment(server, 'TARGET'),
    SYNC_TASK_FILES: '3',
    SYNC_TASK_LEASE: '2s',
  };
  t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
  const run = ['run', '--run', 'r', '--batch', '1'];
  const doomed = startCommand(run, job);
  await until(async () => Object.keys(await treeOf(target)).length >= 5);
  const living = Array.from({ length: 3 }, () => startCommand(run, job).ended);
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  const outcomes = await Promise.all(living);
  for (const outcome of outcomes) t.is(outcome.code, 0, outcome.stderr);
  const copied = outcomes.reduce((sum, { result }) => sum + result.files.copied, 0);
  t.true(copied > 0 && copied <= FILES);
  const finished = await runCommand(['finish', '--run', 'r'], job);
  t.is(finished.code, 0, finished.stderr);
  t.is(finished.result.files.copied, FILES);
  t.deepEqual(await treeOf(target), await treeOf(source));
  const published = [...server.counters.placed].filter(([path]) => /^f\d+$/.test(basename(path)));
  t.is(published.length, FILES);
  t.deepEqual(
    published.filter(([, times]) => times !== 1),
    [],
    'each was published once',
  );
  t.false(`${finished.stderr}${outcomes.map(({ stderr }) => stderr)}`.includes(postgres.password));
});
