import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { SFTPWrapper } from 'ssh2';
import ssh2 from './ssh2.ts';
import { code, connect, openSftp, start } from './ssh2-client.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

test('short, late and reordered answers carry the same bytes', async (t) => {
  const server = await start(t, { faults: { shortReads: 5000, outOfOrder: true, delayMs: 1 } });
  const sftp = await openSftp(t, server);
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  await writeFile(join(server.root, 'file'), content);
  const local = join(server.root, 'copy');
  await sftp.fastGet('/file', local);
  t.deepEqual(await readFile(local), content);
  t.true((server.counters.requests.get('READ') ?? 0) >= 40);
});

test('a full disk, too many files, refused times and wrong sizes are answered', async (t) => {
  const server = await start(t, {
    faults: { diskFullAfterBytes: 10, maxOpenFiles: 1, refuseSetstat: true, wrongSizeInStat: -3 },
  });
  const sftp = await openSftp(t, server);
  const { WRITE, CREAT } = OPEN_MODE;
  const handle = await sftp.open('/file', WRITE | CREAT);
  await t.throwsAsync(sftp.open('/other', WRITE | CREAT), code(STATUS_CODE.FAILURE));
  await t.throwsAsync(sftp.write(handle, Buffer.alloc(12), 0, 12, 0), code(STATUS_CODE.FAILURE));
  t.is((await stat(join(server.root, 'file'))).size, 10);
  t.is((await sftp.fstat(handle)).size, 7);
  await t.throwsAsync(sftp.utimes('/file', 1, 1), code(STATUS_CODE.PERMISSION_DENIED));
  Object.assign(server.faults, { refuseSetstat: false, ignoreSetstat: true });
  await t.notThrowsAsync(sftp.utimes('/file', 1, 1));
  t.not((await sftp.lstat('/file')).mtime, 1);
});

test('a request fails where asked, as often as asked', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  server.faults.failAtRequest = { type: 'MKDIR', count: 2, times: 2, status: STATUS_CODE.PERMISSION_DENIED };
  await sftp.mkdir('/1');
  for (const name of ['/2', '/3']) await t.throwsAsync(sftp.mkdir(name), code(STATUS_CODE.PERMISSION_DENIED));
  await sftp.mkdir('/4');
});

test('the connection is cut at a request, before or after it is carried out', async (t) => {
  const server = await start(t);
  for (const executed of [false, true]) {
    const sftp = await openSftp(t, server);
    server.faults.dropAtRequest = { type: 'MKDIR', count: 1, executed };
    await t.throwsAsync(sftp.mkdir(`/${executed}`));
  }
  const left = await openSftp(t, server);
  t.deepEqual(
    (await left.readdir('/')).map(({ filename }) => filename),
    ['true'],
  );
  t.is(server.counters.connections, 3);
});

test('the connection is cut after so many bytes, once', async (t) => {
  const server = await start(t, { faults: { dropAfterBytes: 100_000 } });
  await writeFile(join(server.root, 'file'), Buffer.alloc(300_000));
  const cut = await openSftp(t, server);
  const handle = await cut.open('/file', OPEN_MODE.READ);
  const buffer = Buffer.alloc(30_000);
  for (let position = 0; position < 90_000; position += 30_000) await cut.read(handle, buffer, 0, 30_000, position);
  await t.throwsAsync(cut.read(handle, buffer, 0, 30_000, 90_000));
  const whole = await openSftp(t, server);
  t.is((await whole.readFile('/file')).length, 300_000);
});

test('a silent session answers nothing more, its connection stays', async (t) => {
  const server = await start(t, { faults: { silentAtRequest: { type: 'MKDIR', count: 1 } } });
  const sftp = await openSftp(t, server);
  let answered = 0;
  const count = () => answered++;
  sftp.sftp.mkdir('/a', count);
  sftp.sftp.realpath('/', count);
  const other = await openSftp(t, server);
  server.faults.silentAtRequest = undefined;
  t.is(await other.realpath('/a'), '/a');
  t.is(answered, 0);
  t.is(server.counters.openConnections, 2);
});

test('more sessions and connections than allowed are refused', async (t) => {
  const server = await start(t, { faults: { maxSessions: 1, maxConnections: 1 } });
  const client = await connect(t, server);
  const open = promisify(client.sftp).bind(client) as () => Promise<SFTPWrapper>;
  const first = await open();
  await t.throwsAsync(open());
  await t.throwsAsync(connect(t, server));
  first.end();
  await once(first, 'close');
  await t.notThrowsAsync(open());
});

test('an overlong packet ends the connection', async (t) => {
  const server = await start(t, { faults: { maxPacketBytes: 34_000, withoutLimits: true } });
  const sftp = await openSftp(t, server);
  await sftp.mkdir('/fits');
  await t.throwsAsync(sftp.mkdir(`/${'x'.repeat(40_000)}`));
});
