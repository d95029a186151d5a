/** `verify` when servers fail, hash by themselves, or the repair is killed. */
import { open, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { openState } from '../../src/state/open.ts';
import { hostilePlace } from '../faults/kit/places.ts';
import { type Environment, newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { startPostgres } from '../kit/postgres.ts';
import { startProFtpd } from '../kit/proftpd.ts';
import { status } from '../kit/sftp-server/status.ts';

const FILES = 30;
const LEASE_MS = 1000;

/** A folder copied to a server that can be told to fail. */
async function copiedJob(t: ExecutionContext, more: Environment = {}) {
  const folders = await newFolders(t);
  const { server, environment } = await hostilePlace(t, join(folders.target, '..'), 'TARGET');
  const settings: Environment = { ...folders.environment, ...environment, SYNC_TASK_LEASE: `${LEASE_MS}ms`, ...more };
  const job = { ...folders, server, environment: settings };
  for (let number = 0; number < FILES; number++)
    await put(job.source, `d${number % 3}/f${number}`, `${number}`.repeat(500));
  t.is((await runCommand(['sync'], job.environment)).code, 0);
  return job;
}

test('a connection that breaks is opened again; a server that is gone ends it with 75', async (t) => {
  const { server, environment } = await copiedJob(t);
  server.faults.dropAfterBytes = 5000;
  const broken = await runCommand(['verify', '--checksum', 'target'], environment);
  t.is(broken.code, 0, broken.stderr);
  t.is(broken.result.verified?.found.ok, FILES);

  server.faults.delayMs = 50;
  const { ended } = startCommand(
    ['verify', '--checksum', 'target', '--repair', '--files', '1', '--attempts', '2'],
    environment,
  );
  const before = server.counters.requests.get('OPEN') ?? 0;
  await until(() => (server.counters.requests.get('OPEN') ?? 0) > before + 2);
  await server.stop();
  const gone = await ended;
  t.is(gone.code, 75, gone.stderr);
  t.is(gone.result.status, 'failed');
  t.true((gone.result.verified?.checked ?? 0) >= 1, 'what was seen is told');
  t.is(gone.result.run, '', 'nothing is repaired by a verification that broke off');
});

test('a file that may not be read is named, 77, and the others are looked at', async (t) => {
  const { server, environment } = await copiedJob(t);
  server.faults.failAtRequest = { type: 'OPEN', count: 3, status: status.permissionDenied };
  const { code, result } = await runCommand(['verify', '--checksum', 'target'], environment);
  t.is(code, 77);
  t.is(result.verified?.found.ok, FILES - 1);
  t.is(result.verified?.found.unverifiable, 1);
  t.regex(result.errors[0]?.message ?? '', /permission denied/);
});

for (const sameRun of [true, false]) {
  test(`a repair that was killed is gone on with ${sameRun ? 'under its name' : 'under another name'}`, async (t) => {
    const { source, server, environment } = await copiedJob(t);
    for (let number = 0; number < FILES; number++) await rm(join(server.root, `d${number % 3}/f${number}`));
    await put(server.root, 'd0/f0', 'somebody else wrote this');
    server.faults.delayMs = 20;
    const repair = ['verify', '--repair', '--files', '2', '--run'];
    const { child, ended } = startCommand([...repair, 'fix'], environment);
    const published = async () =>
      Object.keys(await treeOf(server.root)).filter((path) => !path.includes('.sync-task.'));
    await until(async () => (await published()).length >= 8);
    child.kill('SIGKILL');
    t.is((await ended).signal, 'SIGKILL');
    t.true((await published()).length < FILES);
    server.faults.delayMs = undefined;
    // Under another name, what the dead one was copying is somebody else's until its lease is over.
    if (!sameRun) await sleep(LEASE_MS);
    const again = await runCommand([...repair, sameRun ? 'fix' : 'fix-2'], environment);
    t.is(again.code, 0, again.stderr);
    t.like(again.result, { status: 'done', run: sameRun ? 'fix' : 'fix-2' });
    if (!sameRun) t.is((await runCommand(['finish', '--run', 'fix-2'], environment)).code, 0);
    t.deepEqual(await treeOf(server.root), await treeOf(source));
    const after = await runCommand([...repair, 'fix-3'], environment);
    t.like(after.result, { run: '', status: 'done' });
    t.is(after.result.verified?.found.ok, FILES);
  });
}

test('what another worker is copying now is not judged', async (t) => {
  // One that several processes share: who opens an SQLite state knows that the others are dead.
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  const shared = { SYNC_TASK_STATE: postgres.url, SYNC_TASK_STATE_PASSWORD: postgres.password };
  const { server, source, environment } = await copiedJob(t, shared);
  await rm(join(server.root, 'd0/f0'));
  await put(source, 'd0/f0', 'newer', '2025-01-01T00:00:00Z');
  await runCommand(['plan', '--run', 'next'], environment);
  {
    await using state = await openState(postgres.url, postgres.password, 'test');
    const { id } = await state.pipeline('test');
    await state.claim({ pipelineId: id, run: 'next', batch: 1, owner: 'another', leaseMs: 600_000, limit: 1 });
  }
  const { code, result } = await runCommand(['verify', '--repair'], environment);
  t.is(code, 0);
  t.deepEqual(result.verified?.findings, [
    { path: 'd0/f0', finding: 'unverifiable', message: 'another worker is copying it now' },
  ]);
});

needs('ProFTPD')(
  'ProFTPD hashes by itself: nothing is downloaded, and a flipped byte is found and repaired',
  async (t) => {
    const { source, environment: local } = await newFolders(t);
    const server = await startProFtpd();
    t.teardown(() => server.stop());
    const environment = {
      ...local,
      SYNC_TASK_TARGET: `sftp://${encodeURIComponent(server.user)}@127.0.0.1:${server.port}${server.remoteRoot}`,
      SYNC_TASK_TARGET_PRIVATE_KEY: server.privateKey,
      SYNC_TASK_TARGET_HOST_KEY: server.hostKeyFingerprint,
      SYNC_TASK_CHECKPOINT_BYTES: '64KiB',
    };
    await put(source, 'd/large', Buffer.alloc(1_000_000, 'large '));
    await put(source, 'empty', '');
    await put(source, 'small', 'small');
    const synced = await runCommand(['sync', '--verify', 'read-back'], environment);
    t.is(synced.code, 0, synced.stderr);
    const fine = await runCommand(['verify', '--checksum', 'target'], environment);
    t.is(fine.code, 0, fine.stderr);
    t.is(fine.result.verified?.found.ok, 3);
    t.is(fine.result.bytes.read, 0);
    const file = join(server.root, 'd/large');
    const { atime, mtime } = await stat(file);
    const opened = await open(file, 'r+');
    await opened.write('?', 700_000);
    await opened.close();
    await utimes(file, atime, mtime);
    t.is((await runCommand(['verify'], environment)).code, 0);
    const repaired = await runCommand(['verify', '--checksum', 'target', '--repair'], environment);
    t.is(repaired.code, 0, repaired.stderr);
    t.deepEqual(
      repaired.result.verified?.findings.map(({ path, finding }) => `${path} ${finding}`),
      ['d/large content-differs'],
    );
    t.deepEqual(await treeOf(server.root), await treeOf(source));
  },
);
