/** `copy-data`: a server copies within itself for whoever has both files in one account of it. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Credentials } from '../../../../src/config/settings.ts';
import { tempName } from '../../../../src/storage/draft-name.ts';
import { startCopy } from '../../../../src/storage/sftp/files/copied-draft.ts';
import { accountOf } from '../../../../src/storage/sftp/files/copy-source.ts';
import { openConnections } from '../../../../src/storage/sftp/pool/connections.ts';
import type { SessionOptions } from '../../../../src/storage/sftp/ssh/session.ts';
import type { DraftOptions, Storage } from '../../../../src/storage/storage.ts';
import { never, noise, someDraft, someTimeMs, throwsSyncError } from '../../../contract/storage/arrange.ts';
import { startTcpProxy } from '../../../faults/kit/tcp-proxy.ts';
import { newFolders, runCommand, startCommand, treeOf, until } from '../../../kit/job.ts';
import { needs } from '../../../kit/needs.ts';
import { type OpenSsh, startOpenSsh } from '../../../kit/openssh.ts';
import type { Faults } from '../../../kit/sftp-server/options.ts';
import { startSftpServer } from '../../../kit/sftp-server/server.ts';
import { noCredentials, openSftp, silentLog } from '../../../kit/sftp-storage.ts';

const MiB = 1024 * 1024;

const account: SessionOptions = {
  location: { scheme: 'sftp', host: 'a', port: 22, user: 'u', path: '/in', label: '' },
  credentials: { ...noCredentials, password: 'p', hostKey: 'k' },
  role: 'source',
  ...{ connectTimeoutMs: 1, idleTimeoutMs: 1, keepaliveMs: 1 },
};

test('one account is the same server, way and login; an unchecked host key is none', (t) => {
  const mine = accountOf(account, 'SHA256:x');
  const as = (other: Partial<SessionOptions>, key = 'SHA256:x') => accountOf({ ...account, ...other }, key);
  const path = { ...account.location, path: '/out', label: 'other' };
  t.deepEqual(as({ location: path, role: 'target' }), mine);
  t.deepEqual(as({ location: { ...path, host: 'A' } }), mine);
  t.deepEqual(as({ credentials: { ...account.credentials, hostKey: undefined, knownHosts: 'a k' } }), mine);
  const jump = { host: 'j', port: 22, user: 'u', credentials: noCredentials };
  for (const other of [
    as({}, 'SHA256:y'),
    as({ location: { ...path, host: 'b' } }),
    as({ location: { ...path, port: 23 } }),
    as({ location: { ...path, user: 'v' } }),
    as({ credentials: { ...account.credentials, password: 'q' } }),
    as({ jumps: [jump] }),
  ]) {
    t.notDeepEqual(other, mine);
  }
  t.is(as({ credentials: { ...account.credentials, insecureIgnoreHostKey: true } }), undefined);
});

let sshd: OpenSsh | undefined;
let without: OpenSsh | undefined;

interface Places {
  readonly parent: string;
  readonly source: Storage;
  readonly target: Storage;
}

async function openPlaces(t: ExecutionContext, own: Partial<Credentials> = {}): Promise<Places> {
  const server = sshd as OpenSsh;
  const parent = await mkdtemp(join(server.root, 'copy-'));
  for (const name of ['from', 'to']) await mkdir(join(parent, name));
  const credentials = { hostKey: server.hostKeyFingerprint, privateKey: server.userKeys.plain.privateKey };
  const source = await openSftp(server, join(parent, 'from'), credentials, { role: 'source' });
  const target = await openSftp(server, join(parent, 'to'), { ...credentials, ...own });
  t.teardown(async () => {
    for (const each of [source, target]) await each[Symbol.asyncDispose]();
  });
  return { parent, source, target };
}

async function file({ parent }: Places, path: string, content: Buffer) {
  const place = join(parent, 'from', path);
  await mkdir(join(place, '..'), { recursive: true });
  await writeFile(place, content);
  await utimes(place, someTimeMs / 1000, someTimeMs / 1000);
  return { size: content.length, mtimeMs: someTimeMs };
}

const options = (path: string, more: Partial<DraftOptions> = {}): DraftOptions => ({
  ...{ name: someDraft(path), mtimeMs: someTimeMs, fsync: true, signal: never },
  ...more,
});

const sshTest = needs('OpenSSH').serial;

sshTest.before(async () => {
  sshd = await startOpenSsh();
  without = await startOpenSsh({ sftpServerOptions: '-P copy-data' });
});
test.after.always(async () => {
  for (const server of [sshd, without]) await server?.stop();
});

for (const bytes of [0, 1, 16 * MiB, 40 * MiB + 7]) {
  sshTest(`OpenSSH copies ${bytes} bytes by itself, folders above it made`, async (t) => {
    const places = await openPlaces(t);
    const { source, target, parent } = places;
    const content = noise(bytes);
    const expected = await file(places, 'sub/caf\u00e9', content);
    let copied = 0;
    const draftOptions = options('new/er', {
      onCopied: (count) => {
        copied += count;
      },
    });
    const origin = { storage: source, path: 'sub/caf\u00e9', expected };
    const draft = await target.draftFrom?.(origin, 'new/er', draftOptions);
    t.deepEqual(await draft?.finish(), { size: bytes, mtimeMs: someTimeMs, mtimeKept: true });
    t.is(await target.stat('new/er'), undefined);
    await target.publish('new/er', draftOptions.name);
    t.true(content.equals(await readFile(join(parent, 'to/new/er'))));
    t.is(copied, bytes);
    t.deepEqual(await readdir(join(parent, 'to/new')), ['er']);
  });
}

sshTest('it does not where the login is another one, or the file is no more what was listed', async (t) => {
  const places = await openPlaces(t);
  const { source, target, parent } = places;
  const expected = await file(places, 'file', noise(1000));
  await symlink('file', join(parent, 'from/link'));
  const from = (path: string, version = expected) =>
    target.draftFrom?.({ storage: source, path, expected: version }, 'to', options('to'));
  t.is(await from('link'), undefined);
  t.is(await from('missing'), undefined);
  t.is(await from('file', { ...expected, size: 999 }), undefined);
  t.is(await from('file', { ...expected, mtimeMs: someTimeMs + 1000 }), undefined);
  await rm(join(parent, 'from/link'));
  await symlink(tmpdir(), join(parent, 'from/link'));
  await throwsSyncError(t, async () => from('link/x'), { kind: 'permanent', reason: 'outside-root' });
  const { userKeys } = sshd as OpenSsh;
  const other = await openPlaces(t, {
    privateKey: userKeys.encrypted.privateKey,
    passphrase: userKeys.passphrase,
  });
  t.is(await other.target.draftFrom?.({ storage: source, path: 'file', expected }, 'to', options('to')), undefined);
  t.deepEqual(await readdir(join(parent, 'to')), []);
});

sshTest('a file that changes while it is copied is not published', async (t) => {
  const places = await openPlaces(t);
  const { source, target, parent } = places;
  const expected = await file(places, 'file', noise(1000));
  const draft = await target.draftFrom?.({ storage: source, path: 'file', expected }, 'to', options('to'));
  await writeFile(join(parent, 'from/file'), noise(2000));
  await throwsSyncError(t, async () => draft?.finish(), { kind: 'changed' });
  await draft?.discard();
  t.deepEqual(await readdir(join(parent, 'to')), []);
});

sshTest('how far a large file is, is written down, and whoever comes next goes on from there', async (t) => {
  const places = await openPlaces(t);
  const { source, target, parent } = places;
  const content = noise(40 * MiB);
  const expected = await file(places, 'file', content);
  const { hostKeyFingerprint: hostKey, userKeys, host, port, user } = sshd as OpenSsh;
  const connections = await openConnections({
    ...account,
    location: { ...account.location, host, port, user },
    credentials: { ...noCredentials, hostKey, privateKey: userKeys.plain.privateKey },
    ...{ connectTimeoutMs: 10_000, idleTimeoutMs: 10_000, keepaliveMs: 10_000, connections: 1, log: silentLog },
  });
  t.teardown(() => connections.close());
  const tickets: string[] = [];
  const stop = new AbortController();
  const first = options('to', {
    signal: stop.signal,
    async remember(ticket) {
      tickets.push(ticket);
      if (tickets.length === 2) stop.abort(new Error('stopped'));
    },
  });
  const old = join(parent, 'to', tempName(first.name));
  const broken = await startCopy({
    ...{ connections, options: first, expected, borderBytes: 16 * MiB, label: '', path: 'file', start: undefined },
    ...{ mtimeMs: someTimeMs, fsync: true, signal: never, from: Buffer.from(join(parent, 'from/file')) },
    remotePath: Buffer.from(old),
    exists: () => new Error('exists'),
    closed() {},
    unable() {},
    explain: async (error) => error,
  });
  await t.throwsAsync(async () => broken?.finish(), { message: 'stopped' });
  await broken?.leave();
  t.deepEqual(tickets, ['copied/16777216', 'copied/33554432']);
  // Other bytes where nothing is to be copied again show that nothing was.
  await writeFile(old, Buffer.alloc(32 * MiB, 'x'));

  const resume = { draft: first.name, offset: 0, ticket: tickets[1] };
  const second = options('to', { resume });
  const draft = await target.draftFrom?.({ storage: source, path: 'file', expected }, 'to', second);
  t.is((await draft?.finish())?.size, content.length);
  await target.publish('to', second.name);
  const copy = await readFile(join(parent, 'to/to'));
  t.true(copy.subarray(0, 32 * MiB).equals(Buffer.alloc(32 * MiB, 'x')));
  t.true(copy.subarray(32 * MiB).equals(content.subarray(32 * MiB)));
  // A draft that lost its end with the power is begun again.
  const third = options('to', { resume: { ...resume, draft: second.name } });
  await rename(join(parent, 'to/to'), join(parent, 'to', tempName(second.name)));
  await writeFile(join(parent, 'to', tempName(second.name)), 'short');
  const again = await target.draftFrom?.({ storage: source, path: 'file', expected }, 'to', third);
  await again?.finish();
  await target.publish('to', third.name);
  t.true(content.equals(await readFile(join(parent, 'to/to'))));
});

/** The command from one folder of a server to another, through something that counts. */
async function newJob(t: ExecutionContext, server: OpenSsh) {
  const parent = await mkdtemp(join(server.root, 'job-'));
  const [source, target] = [join(parent, 'from'), join(parent, 'to')];
  for (const folder of [source, target]) await mkdir(folder);
  const proxy = await startTcpProxy(server.port);
  t.teardown(() => proxy.stop());
  const side = (role: string, folder: string) => ({
    [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${proxy.port}${folder}`,
    [`SYNC_TASK_${role}_PRIVATE_KEY`]: server.userKeys.plain.privateKey,
    [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
  });
  const environment = {
    ...side('SOURCE', source),
    ...side('TARGET', target),
    SYNC_TASK_STATE: `sqlite:${join(parent, 'state.db')}`,
    SYNC_TASK_LEASE: '1s',
  };
  return { source, target, environment, proxy };
}

sshTest('the command: no byte comes here, but for who limits or reads them', async (t) => {
  const { source, target, environment, proxy } = await newJob(t, sshd as OpenSsh);
  const content = noise(30 * MiB);
  await writeFile(join(source, 'large'), content);
  await writeFile(join(source, 'empty'), '');
  await mkdir(join(source, 'many'));
  for (let number = 0; number < 40; number++) await writeFile(join(source, 'many', `${number}`), `${number}`);
  const { code, result, stderr } = await runCommand(['sync'], environment);
  t.is(code, 0, stderr);
  t.is(result.files.copied, 42);
  t.is(result.bytes.read, 0);
  t.true(proxy.counters.bytes < MiB, `${proxy.counters.bytes} bytes went over the line`);
  t.deepEqual(await treeOf(target), await treeOf(source));
  t.is(
    (await stat(join(target, 'large'))).mtimeMs,
    Math.floor((await stat(join(source, 'large'))).mtimeMs / 1000) * 1000,
  );

  const known = await runCommand(['verify', '--checksum', 'target'], environment);
  t.is(known.result.verified?.found.unverifiable, 41, 'nothing but the empty file has a digest');
  const both = await runCommand(['verify', '--checksum', 'both'], environment);
  t.is(both.result.verified?.found.ok, 42, both.stderr);

  for (const args of [
    ['--verify', 'read-back'],
    ['--bwlimit', '1G'],
  ]) {
    const through = await runCommand(['sync', '--force', ...args], environment);
    t.is(through.code, 0, through.stderr);
    t.true(through.result.bytes.read > content.length, `${args}: ${through.result.bytes.read} bytes were read`);
  }
  t.deepEqual(await treeOf(target), await treeOf(source));
});

sshTest('a server that does not offer it: the bytes come here', async (t) => {
  const { source, target, environment } = await newJob(t, without as OpenSsh);
  await writeFile(join(source, 'file'), noise(MiB));
  const { code, result, stderr } = await runCommand(['sync'], environment);
  t.is(code, 0, stderr);
  t.is(result.bytes.read, MiB);
  t.deepEqual(await treeOf(target), await treeOf(source));
});

for (const ending of ['SIGKILL', 'SIGTERM'] as const) {
  sshTest(`${ending} amid a copy: nothing is seen of it, and the next start leaves nothing else behind`, async (t) => {
    const { source, target, environment } = await newJob(t, sshd as OpenSsh);
    await writeFile(join(source, 'large'), Buffer.alloc(400 * MiB, 'abc'));
    const doomed = startCommand(['sync', '--run', 'r'], environment);
    const drafted = async () => {
      const [name] = await readdir(target);
      return name === undefined ? 0 : ((await stat(join(target, name)).catch(() => undefined))?.size ?? 0);
    };
    await until(async () => doomed.child.exitCode !== null || (await drafted()) > 20 * MiB);
    t.deepEqual(
      (await readdir(target)).filter((name) => !name.startsWith('.sync-task.')),
      [],
    );
    doomed.child.kill(ending);
    t.not((await doomed.ended).code, 0, 'it was killed in time');
    if (ending === 'SIGTERM') t.deepEqual(await readdir(target), []);
    const again = await runCommand(['sync'], environment);
    t.is(again.code, 0, again.stderr);
    t.is(again.result.bytes.read, 0);
    t.deepEqual(await readdir(target), ['large']);
    t.true((await readFile(join(source, 'large'))).equals(await readFile(join(target, 'large'))));
  });
}

async function newKitJob(t: ExecutionContext, faults: Faults) {
  const { source, target, environment } = await newFolders(t);
  const served = join(source, '..');
  const server = await startSftpServer({ root: served, faults });
  t.teardown(() => server.stop());
  const side = (role: string, folder: string) => ({
    [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${server.port}${folder}`,
    [`SYNC_TASK_${role}_PASSWORD`]: server.password,
    [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
  });
  const job = { ...environment, ...side('SOURCE', '/source'), ...side('TARGET', '/target') };
  await writeFile(join(source, 'file'), noise(3 * MiB));
  return { source, target, job: { ...job, SYNC_TASK_CHECKPOINT_BYTES: String(MiB) } };
}

test('a server that hashes files too: its digest is recorded, and the copy must have it', async (t) => {
  const { target, job } = await newKitJob(t, { copyData: 'works', checkFile: 'plain' });
  const { code, result, stderr } = await runCommand(['sync'], job);
  t.is(code, 0, stderr);
  t.is(result.bytes.read, 0);
  t.is((await runCommand(['verify', '--checksum', 'both'], job)).result.verified?.found.ok, 1);
  await writeFile(join(target, 'file'), noise(3 * MiB));
  const changed = await runCommand(['verify', '--checksum', 'target'], job);
  t.is(changed.result.verified?.found['content-differs'], 1);
});

test('a server that copies other bytes, by its own hashes: nothing is published', async (t) => {
  const { target, job } = await newKitJob(t, { copyData: 'corrupts', checkFile: 'plain' });
  const { code, errors } = await runCommand(['sync', '--attempts', '1'], job);
  t.is(code, 75);
  t.regex(errors.join(), /the server's copy of "file" has other bytes/);
  t.deepEqual(await treeOf(target), {});
});

test('a server that announces copy-data and does not know it: the bytes come here', async (t) => {
  const { source, target, job } = await newKitJob(t, { copyData: 'unknown' });
  const { code, result, stderr } = await runCommand(['sync'], job);
  t.is(code, 0, stderr);
  t.is(result.bytes.read, 3 * MiB);
  t.deepEqual(await treeOf(target), await treeOf(source));
});
