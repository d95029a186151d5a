import { once } from 'node:events';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { SFTPWrapper } from 'ssh2';
import { startSftpServer } from './sftp-server/server.ts';
import { fingerprintOf } from './ssh-keys.ts';
import ssh2 from './ssh2.ts';
import { code, connect, openSftp, start } from './ssh2-client.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

test('files are written, looked at, renamed, read and removed', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  const content = Buffer.alloc(700_001, 'content ');
  await sftp.mkdir('/sub');
  await sftp.writeFile('/sub/file', content);
  t.deepEqual(await readFile(join(server.root, 'sub/file')), content);
  await sftp.utimes('/sub/file', 1_000_000_000, 1_000_000_001);
  t.like(await sftp.lstat('sub/file'), { size: content.length, mtime: 1_000_000_001, atime: 1_000_000_000 });
  await sftp.rename('/sub/file', '/sub/other');
  t.deepEqual(await sftp.readFile('/sub/../sub/./other'), content);
  await sftp.unlink('/sub/other');
  await sftp.rmdir('/sub');
  await t.throwsAsync(sftp.stat('/sub'), code(STATUS_CODE.NO_SUCH_FILE));
  t.like(server.counters, { bytesWritten: content.length, bytesRead: content.length, openHandles: 0, sessions: 1 });
  t.is(server.counters.requests.get('MKDIR'), 1);
});

test('rename refuses to replace, posix-rename replaces', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  for (const name of ['old', 'new']) await writeFile(join(server.root, name), name);
  await t.throwsAsync(sftp.rename('/new', '/old'), code(STATUS_CODE.FAILURE));
  t.is(await readFile(join(server.root, 'old'), 'utf8'), 'old');
  await sftp.posixRename('/new', '/old');
  t.is(await readFile(join(server.root, 'old'), 'utf8'), 'new');
});

test('open flags mean what the protocol says', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  const { WRITE, CREAT, EXCL, TRUNC, APPEND, READ } = OPEN_MODE;
  await t.throwsAsync(sftp.open('/file', READ), code(STATUS_CODE.NO_SUCH_FILE));
  await t.throwsAsync(sftp.open('/file', WRITE), code(STATUS_CODE.NO_SUCH_FILE));
  const created = await sftp.open('/file', WRITE | CREAT | EXCL);
  await sftp.write(created, Buffer.from('0123456789'), 0, 10, 0);
  await sftp.write(created, Buffer.from('xy'), 0, 2, 4);
  await sftp.fsync(created);
  t.is((await sftp.fstat(created)).size, 10);
  await sftp.close(created);
  await t.throwsAsync(sftp.close(created), code(STATUS_CODE.FAILURE));
  await t.throwsAsync(sftp.open('/file', WRITE | CREAT | EXCL), code(STATUS_CODE.FAILURE));
  const appending = await sftp.open('/file', WRITE | APPEND);
  await sftp.write(appending, Buffer.from('!'), 0, 1, 0);
  t.is(await readFile(join(server.root, 'file'), 'utf8'), '0123xy6789!');
  await sftp.open('/file', WRITE | TRUNC);
  t.is((await stat(join(server.root, 'file'))).size, 0);
  t.is(server.counters.openHandles, 2);
});

test('folders are listed in pages, links resolved and read', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  const names = Array.from({ length: 350 }, (_, index) => `file ${index}`);
  for (const name of names) await writeFile(join(server.root, name), name);
  await symlink('file 7', join(server.root, 'link'));
  t.deepEqual((await sftp.readdir('/')).map(({ filename }) => filename).sort(), [...names, 'link'].sort());
  t.is(server.counters.requests.get('READDIR'), 5);
  t.is(await sftp.readlink('/link'), 'file 7');
  t.is(await sftp.realpath('link'), '/file 7');
  t.is(await sftp.realpath('.'), '/');
  t.is((await sftp.stat('/link')).size, 6);
  t.true((await sftp.lstat('/link')).isSymbolicLink());
});

test('nothing outside the root is reached', async (t) => {
  const server = await start(t);
  const sftp = await openSftp(t, server);
  const root = join(server.root, 'root');
  await mkdir(root);
  await writeFile(join(server.root, 'secret'), 'secret');
  await symlink('..', join(root, 'up'));
  await symlink('../secret', join(root, 'link'));
  const inner = await startSftpServer({ root });
  t.teardown(() => inner.stop());
  const confined = await openSftp(t, inner);
  t.is(await confined.realpath('/../..'), '/');
  await t.throwsAsync(confined.readFile('/../secret'), code(STATUS_CODE.NO_SUCH_FILE));
  await t.throwsAsync(confined.readFile('/up/secret'), code(STATUS_CODE.PERMISSION_DENIED));
  await t.throwsAsync(confined.readFile('/link'), code(STATUS_CODE.PERMISSION_DENIED));
  await t.throwsAsync(confined.mkdir('/up/new'), code(STATUS_CODE.PERMISSION_DENIED));
  t.is((await sftp.readFile('/secret')).toString(), 'secret');
});

test('the host key is the one announced, and stays when it is given', async (t) => {
  const server = await start(t);
  const seen: string[] = [];
  const hostVerifier = (key: Buffer) => seen.push(fingerprintOf(`ssh-ed25519 ${key.toString('base64')}`)) > 0;
  await connect(t, server, { hostVerifier });
  const again = await start(t, { hostKey: server.hostKey, password: server.password });
  await connect(t, again, { hostVerifier });
  t.deepEqual(seen, [server.hostKeyFingerprint, server.hostKeyFingerprint]);
  t.regex(server.knownHosts, new RegExp(`^\\[127\\.0\\.0\\.1\\]:${server.port} ssh-ed25519 AAAA\\S+\n$`));
});

test('passwords and keys are checked', async (t) => {
  const server = await start(t, { userKeys: true });
  const { plain, encrypted, passphrase } = server.userKeys ?? t.fail();
  const other = (await start(t, { userKeys: true })).userKeys ?? t.fail();
  const refused = { message: /authentication/ };
  await t.notThrowsAsync(connect(t, server));
  await t.throwsAsync(connect(t, server, { password: 'wrong' }), refused);
  await t.throwsAsync(connect(t, server, { username: 'nobody' }), refused);
  const withoutPassword = { password: '' };
  await t.notThrowsAsync(connect(t, server, { ...withoutPassword, privateKey: plain.privateKey }));
  await t.notThrowsAsync(connect(t, server, { ...withoutPassword, privateKey: encrypted.privateKey, passphrase }));
  await t.throwsAsync(connect(t, server, { ...withoutPassword, privateKey: other.plain.privateKey }), refused);
  const asking = await start(t, { keyboardInteractive: true });
  await t.throwsAsync(connect(t, asking), refused);
});

test('extensions are announced, and withheld where asked', async (t) => {
  const full = await openSftp(t, await start(t));
  const offered = (sftp: SFTPWrapper) => Object.keys((sftp as unknown as { _extensions: object })._extensions).sort();
  const all = [
    'fsync@openssh.com',
    'hardlink@openssh.com',
    'limits@openssh.com',
    'posix-rename@openssh.com',
    'statvfs@openssh.com',
  ];
  t.deepEqual(offered(full.sftp), all);
  const less = await openSftp(t, await start(t, { faults: { withoutPosixRename: true, withoutLimits: true } }));
  t.deepEqual(offered(less.sftp), ['fsync@openssh.com', 'hardlink@openssh.com', 'statvfs@openssh.com']);
  const none = await openSftp(t, await start(t, { faults: { noExtensions: true } }));
  t.deepEqual(offered(none.sftp), []);
});

test('names that are not UTF-8 keep their bytes', async (t) => {
  const server = await start(t);
  const client = await connect(t, server);
  const stream = await (promisify(client.subsys) as (name: string) => Promise<NodeJS.ReadWriteStream>).call(
    client,
    'sftp',
  );
  const name = Buffer.from([0x61, 0xff, 0xfe]);
  await writeFile(Buffer.concat([Buffer.from(`${server.root}/`), name]), 'x');
  const answers: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => answers.push(bytes));
  const packet = (...bytes: number[]) => stream.write(Buffer.from([0, 0, 0, bytes.length, ...bytes]));
  packet(1, 0, 0, 0, 3);
  packet(11, 0, 0, 0, 1, 0, 0, 0, 1, 0x2f);
  packet(12, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1);
  packet(4, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1);
  while (server.counters.requests.get('CLOSE') !== 1 || !Buffer.concat(answers).includes('Success'))
    await once(stream, 'data');
  t.true(Buffer.concat(answers).includes(Buffer.concat([Buffer.from([0, 0, 0, 3]), name])));
});

test('stopping ends connections and frees the port', async (t) => {
  const server = await start(t);
  const client = await connect(t, server);
  const closed = once(client, 'close');
  await server.stop();
  await closed;
  await server.stop();
  t.is(server.counters.openConnections, 0);
  const again = await start(t, { port: server.port, hostKey: server.hostKey });
  t.is(again.port, server.port);
});
