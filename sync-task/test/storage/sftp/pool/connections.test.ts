/** Which connection a small file goes over, and what it waits for. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { draftName } from '../../../../src/storage/draft-name.ts';
import { openConnections } from '../../../../src/storage/sftp/pool/connections.ts';
import type { SftpChannel } from '../../../../src/storage/sftp/protocol/channel.ts';
import { type Faults, type SftpServerOptions, startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp, sftpOptions } from '../../../kit/sftp-storage.ts';

const MiB = 1024 * 1024;
/** What one connection is given before others are waited for. */
const enough = 8 * MiB;

async function start(t: ExecutionContext, options: Omit<SftpServerOptions, 'root'>) {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const server = await startSftpServer({ root, ...options });
  t.teardown(() => server.stop());
  return server;
}

async function connect(t: ExecutionContext, faults: Faults, allowed: number) {
  const server = await start(t, { faults });
  const { password, knownHosts } = server;
  const connections = await openConnections(
    sftpOptions(server, '/', { password, knownHosts }, { connections: allowed }),
  );
  t.teardown(() => connections.close());
  return { server, connections };
}

/** Whether it has come once all that can happen now has happened. */
async function hasCome(promise: Promise<unknown>): Promise<boolean> {
  let come = false;
  void promise.then(() => {
    come = true;
  });
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  return come;
}

test('files that one connection has no room for wait for the next one, and share what there is', async (t) => {
  const { connections } = await connect(t, {}, 3);
  const first = await connections.reserve(enough);
  const rest = await Promise.all(Array.from({ length: 32 }, () => connections.reserve(MiB)));
  t.is(connections.open, 3);
  const carried = new Map<SftpChannel, number>();
  for (const { channel } of rest) carried.set(channel, (carried.get(channel) ?? 0) + 1);
  // 40 MiB over three, of which the first one has eight already.
  t.deepEqual(
    [...carried.values()].sort((a, b) => a - b),
    [6, 13, 13],
  );
  t.is(carried.get(first.channel), 6);
});

test('a file with no bytes, or one that is striped, waits for no connection', async (t) => {
  const { connections } = await connect(t, {}, 2);
  const first = await connections.reserve(enough);
  t.is((await connections.reserve(0)).channel, first.channel);
});

test('who waits goes over the first connection where the server refuses a second', async (t) => {
  const { connections } = await connect(t, { maxConnections: 1 }, 2);
  const first = await connections.reserve(enough);
  t.is((await connections.reserve(MiB)).channel, first.channel);
  t.is(connections.allowed, 1);
});

test('who waits goes over the first connection as soon as that has less to do', async (t) => {
  const { server, connections } = await connect(t, {}, 2);
  server.faults.silentAtRequest = { type: 'INIT', count: 1 };
  const first = await connections.reserve(enough);
  const second = connections.reserve(MiB);
  t.false(await hasCome(second));
  first.release();
  t.is((await second).channel, first.channel);
  server.dropConnections();
});

test('files of a far server that are begun at once do not all stay on its first connection', async (t) => {
  const opened = new Map<number, number>();
  const server = await start(t, {
    faults: { delayMs: 20 },
    onRequest(request, connection) {
      if (request === 'OPEN') opened.set(connection, (opened.get(connection) ?? 0) + 1);
    },
  });
  const { password, knownHosts } = server;
  const storage = await openSftp(server, '/', { password, knownHosts }, { connections: 4 });
  t.teardown(() => storage[Symbol.asyncDispose]());
  const content = Buffer.alloc(MiB, 'x');
  const names = Array.from({ length: 64 }, (_, i) => `file-${i}`);
  await Promise.all(
    names.map(async (file) => {
      const name = draftName({ run: 'run', path: file, token: 1 });
      const draft = await storage.draft(file, {
        ...{ name, mtimeMs: 0, fsync: false, expectedBytes: MiB, likelyBytes: MiB, segmentBytes: 64 * MiB },
        signal: new AbortController().signal,
      });
      await draft.write([content]);
      await draft.finish({ sha256: undefined });
      await storage.publish(file, name);
    }),
  );
  t.is((await readdir(server.root)).length, 64);
  // How many depends on how soon their logins are through.
  t.true(opened.size > 1);
});
