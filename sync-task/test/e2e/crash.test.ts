/** Killed, stopped, frozen or cut off at any place: the same command again leads to the same tree, with nothing left over. */
import { createHash } from 'node:crypto';
import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openState } from '../../src/state/open.ts';
import { draftName, tempName } from '../../src/storage/draft-name.ts';
import { hostileEnvironment } from '../faults/kit/places.ts';
import {
  type Environment,
  type Folders,
  newFolders,
  put,
  runCommand,
  startCommand,
  treeOf,
  until,
} from '../kit/job.ts';
import { type SftpServer, startSftpServer } from '../kit/sftp-server/server.ts';

const FILES = 40;
const hidden = (path: string) => path.includes('.sync-task.');

interface Job extends Folders {
  readonly environment: Environment;
  readonly server: SftpServer;
}

/** A slow SFTP target, so that there is time to interfere. */
async function slowJob(t: ExecutionContext): Promise<Job> {
  const folders = await newFolders(t);
  for (let number = 0; number < FILES; number++)
    await put(folders.source, `d${number % 4}/f${number}`, `${number}`.repeat(1000));
  await put(folders.target, 'd0/f0', 'the old content');
  const server = await startSftpServer({ root: folders.target, faults: { delayMs: 20 } });
  t.teardown(() => server.stop());
  const environment = {
    ...folders.environment,
    ...hostileEnvironment(server, 'TARGET'),
    SYNC_TASK_FILES: '4',
    SYNC_TASK_LEASE: '1s',
  };
  return { ...folders, environment, server };
}

const published = async (root: string) => Object.keys(await treeOf(root)).filter((path) => !hidden(path)).length;

test('killed half-way: the next process copies only what is missing and sweeps what was left', async (t) => {
  const { source, target, environment } = await slowJob(t);
  await runCommand(['plan', '--run', 'r'], environment);
  const { child, ended } = startCommand(['run', '--run', 'r', '--batch', '1'], environment);
  await until(async () => (await published(target)) >= 10);
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  const before = await published(target);
  t.true(before < FILES);
  const again = await runCommand(['run', '--run', 'r', '--batch', '1'], environment);
  t.is(again.code, 0, again.stderr);
  const { copied, unchanged } = again.result.files;
  t.is(copied + unchanged, FILES);
  t.true(unchanged >= 5, 'what was recorded is not copied again');
  t.is((await runCommand(['finish', '--run', 'r'], environment)).code, 0);
  t.deepEqual(await treeOf(target), await treeOf(source));
});

test('killed, its source files gone meanwhile: finish sweeps the drafts', async (t) => {
  const { source, target, environment } = await slowJob(t);
  await runCommand(['plan', '--run', 'r'], environment);
  const { child, ended } = startCommand(['run', '--run', 'r', '--batch', '1'], environment);
  await until(async () => Object.keys(await treeOf(target)).some(hidden));
  child.kill('SIGKILL');
  await ended;
  await rm(source, { recursive: true });
  await put(source, 'something-else', 'x');
  await until(async () => {
    await runCommand(['finish', '--run', 'r'], environment); // once the dead worker's lease is over
    return !Object.keys(await treeOf(target)).some(hidden);
  });
  t.false(Object.keys(await treeOf(target)).some(hidden));
});

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`${signal} stops cleanly: nothing half is left, and the next run goes on`, async (t) => {
    const { source, target, environment } = await slowJob(t);
    const { child, ended } = startCommand(['sync', '--run', 'r'], environment);
    await until(async () => (await published(target)) >= 5);
    child.kill(signal);
    const outcome = await ended;
    t.is(outcome.code, code, outcome.stderr);
    t.is(outcome.result.status, 'stopped');
    const left = await treeOf(target);
    // A draft whose file was about to be published stands, whole, for the next start.
    const wholes = new Set(Object.values(await treeOf(source)));
    for (const draft of Object.keys(left).filter(hidden)) t.true(wholes.has(left[draft] ?? ''), draft);
    t.true(Object.keys(left).length < FILES);
    t.is((await runCommand(['sync', '--run', 'r'], environment)).code, 0);
    t.deepEqual(await treeOf(target), await treeOf(source));
  });
}

test('SIGTERM while a server does not answer: stopped at once', async (t) => {
  const { environment, target } = await newFolders(t);
  const server = await startSftpServer({ root: target, faults: { silentAtRequest: { type: 'REALPATH', count: 1 } } });
  t.teardown(() => server.stop());
  const { child, ended } = startCommand(['sync'], {
    ...environment,
    ...hostileEnvironment(server, 'TARGET'),
  });
  await until(() => (server.counters.requests.get('REALPATH') ?? 0) > 0);
  child.kill('SIGTERM');
  const outcome = await ended;
  t.is(outcome.code, 143);
  t.is(outcome.result.status, 'stopped');
});

test('a target that won’t keep modification times: recorded, and nothing fails', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const server = await startSftpServer({ root: target, faults: { refuseSetstat: true } });
  t.teardown(() => server.stop());
  const sftp = {
    ...environment,
    ...hostileEnvironment(server, 'TARGET'),
  };
  t.is((await runCommand(['sync', '--run', 'r'], sftp)).code, 0);
  const { result } = await runCommand(['status', '--run', 'r'], sftp);
  t.deepEqual(result.explain, [
    { path: 'a', decision: 'copied', reason: 'the target did not keep the modification time' },
  ]);
  t.is((await runCommand(['sync'], sftp)).result.files.unchanged, 1);
});

test('the connection breaks: it is opened again and the files go on', async (t) => {
  const { source, target, environment, server } = await slowJob(t);
  const { ended } = startCommand(['sync', '--run', 'r'], environment);
  await until(async () => (await published(target)) >= 5);
  server.dropConnections();
  const outcome = await ended;
  t.is(outcome.code, 0, outcome.stderr);
  t.deepEqual(await treeOf(target), await treeOf(source));
});

test('the server goes away for good: 75, and the old files stand', async (t) => {
  const { source, target, environment, server } = await slowJob(t);
  const { ended } = startCommand(['sync', '--run', 'r', '--attempts', '1', '--reconnect', '2s'], environment);
  await until(async () => (await published(target)) >= 5);
  await server.stop();
  const outcome = await ended;
  t.is(outcome.code, 75, outcome.stderr);
  for (const [path, content] of Object.entries(await treeOf(target))) {
    if (!hidden(path) && path !== 'd0/f0') t.is((await treeOf(source))[path], content);
  }
});

const content = 'content';
const seen = { segmentBytes: 64, segments: [createHash('sha256').update(content).digest('hex')] };
for (const [words, digest, copies] of [
  ['recognised by its digest', seen, false],
  ['copied again where its content was never seen', { segmentBytes: 0, segments: [] }, true],
  [
    'copied again where other bytes of the same size and time stand there',
    { ...seen, segments: ['0'.repeat(64)] },
    true,
  ],
] as const) {
  test(`published but not recorded: ${words}`, async (t) => {
    const { source, target, environment } = await newFolders(t);
    await put(source, 'a', content);
    await runCommand(['plan', '--run', 'r'], environment);
    {
      await using state = await openState(environment['SYNC_TASK_STATE'] ?? '', undefined, 'test');
      const { id } = await state.pipeline('test');
      const owner = { pipelineId: id, run: 'r', owner: 'died' };
      const [claim] = await state.claim({ ...owner, batch: 1, leaseMs: 1, limit: 1 });
      if (!claim) throw new Error('nothing to claim');
      const { size, mtimeMs, token, path } = claim;
      const draft = draftName({ run: 'r', path, token });
      const intent = {
        draft,
        version: { size, mtimeMs },
        chain: '',
        stage: 'publishing',
        targetSize: size,
        targetMtimeMs: mtimeMs,
        mtimeKept: true,
        digest,
      };
      await state.saveIntents(owner, [{ path, token, intent }]);
    }
    await put(target, 'a', content);
    const { atime, mtime } = await stat(join(source, 'a'));
    await utimes(join(target, 'a'), atime, mtime);
    const published = await runCommand(['run', '--run', 'r', '--batch', '1'], environment);
    t.is(published.code, 0, published.stderr);
    t.is(published.result.bytes.read, copies ? content.length : 0);
    t.is(published.result.files.copied, 1);
  });
}

test('complete but not published: the draft is published, not copied again', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'content');
  await put(target, 'a', 'old');
  await runCommand(['plan', '--run', 'r'], environment);
  {
    await using state = await openState(environment['SYNC_TASK_STATE'] ?? '', undefined, 'test');
    const { id } = await state.pipeline('test');
    const owner = { pipelineId: id, run: 'r', owner: 'died' };
    const [claim] = await state.claim({ ...owner, batch: 1, leaseMs: 1, limit: 1 });
    if (!claim) throw new Error('nothing to claim');
    const { size, mtimeMs, token, path } = claim;
    const draft = draftName({ run: 'r', path, token });
    await put(target, tempName(draft), 'content');
    const digest = { segmentBytes: 1, segments: [] };
    const intent = {
      draft,
      version: { size, mtimeMs },
      chain: '',
      stage: 'publishing',
      targetSize: size,
      targetMtimeMs: mtimeMs,
      mtimeKept: true,
      digest,
    };
    await state.saveIntents(owner, [{ path, token, intent }]);
  }
  const run = await runCommand(['run', '--run', 'r', '--batch', '1'], environment);
  t.is(run.code, 0, run.stderr);
  t.is(run.result.bytes.read, 0);
  t.deepEqual(await treeOf(target), { a: 'content' });
});
