/** What is done with servers that carry out the requests of one file in another order. */
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { draftName } from '../../../../src/storage/draft-name.ts';
import { keepsOrder } from '../../../../src/storage/sftp/protocol/request-order.ts';
import { type Faults, startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp, silentLog } from '../../../kit/sftp-storage.ts';

const openSsh = ['posix-rename@openssh.com', 'fsync@openssh.com', 'limits@openssh.com'];
for (const [identification, extensions, keeps] of [
  ['OpenSSH_9.2p1 Debian-2+deb12u7', openSsh, true],
  ['OpenSSH_6.6.1', openSsh.slice(0, 2), true],
  ['OpenSSH_9.9', ['posix-rename@openssh.com', 'hardlink@openssh.com'], false], // sshd with another subsystem
  ['mod_sftp', [], true],
  ['mod_sftp/1.1.0', [], true],
  ['Go', openSsh, false],
  ['AsyncSSH_2.24.1', openSsh, false],
  ['dropbear_2022.83', openSsh, true],
  ['dropbear_2022.83', ['posix-rename@openssh.com', 'statvfs@openssh.com', 'hardlink@openssh.com'], false],
  ['OpenSSH_9.2p1', ['lsetstat@openssh.com'], true], // internal-sftp -P fsync,posix-rename,…
  [undefined, openSsh, false],
] as const) {
  test(`${identification} with ${extensions.length} extensions ${keeps ? 'keeps' : 'may not keep'} the order`, (t) => {
    t.is(keepsOrder(identification, new Map(extensions.map((name) => [name, '1']))), keeps);
  });
}

const time = new Date('2024-03-01T00:00:00Z');
const signal = new AbortController().signal;

async function serve(t: ExecutionContext, faults: Faults, identification: string) {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const requests: string[] = [];
  const server = await startSftpServer({ root, faults, identification, onRequest: (name) => requests.push(name) });
  t.teardown(() => server.stop());
  const { password, knownHosts } = server;
  const said: string[] = [];
  const log = { ...silentLog, info: (message: string) => said.push(message) };
  const storage = await openSftp(server, '/', { password, knownHosts }, { log });
  t.teardown(() => storage[Symbol.asyncDispose]());
  return { root, server, storage, requests, said };
}

const content = Buffer.alloc(300_000, 'abc');

for (const [server, faults, identification] of [
  ['one that keeps it', {}, 'OpenSSH_9.9'],
  ['one that does not and is not known', { sideBySide: true }, 'Go'],
  ['one that does not, in spite of its name', { sideBySide: true }, 'OpenSSH_9.9'],
  ['one that gives files the time of their closing', { timeOfClosing: true }, 'Go'],
  ['one that sets times by path alone', { refuseFsetstat: true }, 'Go'],
] as const) {
  test(`size and time of drafts are right at ${server}`, async (t) => {
    const { root, storage } = await serve(t, faults, identification);
    for (const [index, bytes] of [0, 78, 32 * 1024 + 1, content.length].entries()) {
      const options = {
        name: draftName({ run: 'r', path: `file${index}`, token: 1 }),
        expectedBytes: bytes,
        mtimeMs: time.getTime(),
        fsync: false,
        signal,
      };
      const draft = await storage.draft(`file${index}`, options);
      if (bytes > 0) await draft.write([content.subarray(0, bytes)]);
      t.deepEqual(await draft.finish(), { size: bytes, mtimeMs: time.getTime(), mtimeKept: true });
      await storage.publish(`file${index}`, options.name);
      t.is((await stat(join(root, `file${index}`))).mtimeMs, time.getTime());
      t.true(content.subarray(0, bytes).equals(await readFile(join(root, `file${index}`))));
    }
  });

  test(`files are read whole from ${server}`, async (t) => {
    const { root, storage } = await serve(t, faults, identification);
    for (const bytes of [0, 1, 300_000]) {
      await writeFile(join(root, 'file'), content.subarray(0, bytes));
      await utimes(join(root, 'file'), time, time);
      const expected = { size: bytes, mtimeMs: time.getTime() };
      const pieces: Uint8Array[] = [];
      for await (const chunk of storage.read('file', { expected, start: 0, signal })) pieces.push(...chunk);
      t.true(content.subarray(0, bytes).equals(Buffer.concat(pieces)));
    }
  });
}

test('the contradiction is told once, and nothing overlaps behind it', async (t) => {
  const { storage, requests, said } = await serve(t, { sideBySide: true }, 'OpenSSH_9.9');
  for (const index of [1, 2, 3]) {
    const options = {
      name: draftName({ run: 'r', path: `file${index}`, token: 1 }),
      expectedBytes: 9,
      mtimeMs: time.getTime(),
      fsync: false,
      signal,
    };
    const draft = await storage.draft(`file${index}`, options);
    await draft.write([Buffer.from('some text')]);
    requests.length = 0;
    await draft.finish();
    if (index > 1) t.deepEqual(requests.slice(0, 4), ['WRITE', 'FSETSTAT', 'FSTAT', 'CLOSE']);
  }
  t.is(said.filter((message) => message.includes('one by one')).length, 1);
});

test('a server that keeps the order is asked for nothing more', async (t) => {
  const { storage, requests } = await serve(t, {}, 'OpenSSH_9.9');
  const options = {
    name: draftName({ run: 'r', path: 'file', token: 1 }),
    expectedBytes: 9,
    mtimeMs: time.getTime(),
    fsync: true,
    signal,
  };
  const draft = await storage.draft('file', options);
  await draft.write([Buffer.from('some text')]);
  requests.length = 0;
  await draft.finish();
  t.deepEqual(requests, ['WRITE', 'FSETSTAT', 'fsync@openssh.com', 'FSTAT', 'CLOSE']);
});
