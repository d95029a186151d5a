/** Through jump hosts that are real OpenSSH servers, and what the user reads where a hop fails. */
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../../src/base/errors.ts';
import { loadSettings } from '../../../../src/config/load.ts';
import { parseJumps } from '../../../../src/config/parse/parse-jump.ts';
import type { Credentials, JumpHost } from '../../../../src/config/settings.ts';
import { needs } from '../../../kit/needs.ts';
import { type OpenSsh, type OpenSshOptions, startOpenSsh } from '../../../kit/openssh.ts';
import { noCredentials, openSftp } from '../../../kit/sftp-storage.ts';

const credentials: Credentials = { ...noCredentials, password: 'not-for-hops', privateKey: 'key', knownHosts: 'known' };

test('settings: hops in order, with their own secrets or the keys of the place, never its password', (t) => {
  const environment = {
    SYNC_TASK_SOURCE: 'sftp://me@files.example/in',
    SYNC_TASK_SOURCE_PASSWORD: 'not-for-hops',
    SYNC_TASK_SOURCE_PRIVATE_KEY: 'key',
    SYNC_TASK_TARGET: 'sftp://me@files.example/out',
    SYNC_TASK_TARGET_JUMP: 'bastion',
    SYNC_TASK_TARGET_JUMP_PASSWORD: 'own',
  };
  const flags = { 'source-jump': 'a@gate.example:2222, ssh://[::1]:22,inner.example' };
  const { source, target } = loadSettings({ flags, environment });
  t.deepEqual(
    source.jumps?.map(({ user, host, port }) => ({ user, host, port })),
    [
      { user: 'a', host: 'gate.example', port: 2222 },
      { user: 'me', host: '::1', port: 22 },
      { user: 'me', host: 'inner.example', port: 22 },
    ],
  );
  t.like(source.jumps?.[0]?.credentials, { password: undefined, privateKey: 'key\n', insecureIgnoreHostKey: false });
  t.is(target.jumps?.[0]?.credentials.password, 'own');
});

for (const text of ['', 'a,,b', 'me:hidden-7@gate', 'gate/path', 'gate:port']) {
  test(`settings: refused: ${JSON.stringify(text)}`, (t) => {
    const hop = { as: '--source-jump', role: 'source', user: 'me', credentials };
    const error = t.throws(() => parseJumps(text, hop), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.false(error?.message.includes('hidden-7'));
  });
}

test('settings: a folder is not reached through a jump host', (t) => {
  const environment = { SYNC_TASK_SOURCE: 'file:///in', SYNC_TASK_TARGET: 'file:///out', SYNC_TASK_SOURCE_JUMP: 'a@b' };
  t.throws(() => loadSettings({ flags: {}, environment }), { message: /SYNC_TASK_SOURCE_JUMP: it is for SFTP/ });
});

{
  const test = needs('OpenSSH');
  const start = async (t: ExecutionContext, options?: OpenSshOptions): Promise<OpenSsh> => {
    const server = await startOpenSsh(options);
    t.teardown(() => server.stop());
    return server;
  };
  const hop = ({ host, port, user, knownHosts, userKeys }: OpenSsh, own: Partial<Credentials> = {}): JumpHost => ({
    host,
    port,
    user,
    credentials: { ...noCredentials, privateKey: userKeys.plain.privateKey, knownHosts, ...own },
  });
  const own = ({ knownHosts, userKeys }: OpenSsh) => ({ knownHosts, privateKey: userKeys.plain.privateKey });

  test('two hops, each with keys of its own', async (t) => {
    const [gate, inner, server] = [await start(t), await start(t), await start(t)];
    await using storage = await openSftp(server, server.remoteRoot, own(server), { jumps: [hop(gate), hop(inner)] });
    t.is(await storage.stat('nothing'), undefined);
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'abcdefg');
    const { signal } = new AbortController();
    const draft = await storage.draft('f', { name: '0000000a-1-000000000000000a', mtimeMs: 0, fsync: true, signal });
    await draft.write([bytes]);
    await draft.finish();
    await storage.publish('f', '0000000a-1-000000000000000a');
    const read: Buffer[] = [];
    const expected = { size: bytes.length, mtimeMs: 0 };
    for await (const chunk of storage.read('f', { expected, start: 0, signal })) read.push(...chunk.map(Buffer.from));
    t.true(Buffer.concat(read).equals(bytes));
  });

  const failures: Record<
    string,
    { readonly says: RegExp; readonly kind: string; jumps(gate: OpenSsh, inner: OpenSsh): JumpHost[] }
  > = {
    'an unknown host key at the second hop': {
      jumps: (gate, inner) => [hop(gate), hop(inner, { knownHosts: '' })],
      kind: 'permission',
      says: /^target jump host \S+@127\.0\.0\.1:\d+ \(hop 2 of 2\) has a host key that is not known: .* SYNC_TASK_TARGET_JUMP_HOST_KEY/,
    },
    'no key at the first hop': {
      jumps: (gate, inner) => [hop(gate, { privateKey: undefined }), hop(inner)],
      kind: 'permission',
      says: /^target jump host .* \(hop 1 of 2\): user \S+ was not let in; check the user name and SYNC_TASK_TARGET_JUMP_PASSWORD/,
    },
    'nobody listens at the second hop': {
      jumps: (gate, inner) => [hop(gate), { ...hop(inner), port: 1 }],
      kind: 'transient',
      says: /\(hop 1 of 2\): cannot connect onward to 127\.0\.0\.1:1 \(.*\); check that this host and port can be reached from there$/,
    },
    'nobody listens at the first hop': {
      jumps: (gate, inner) => [{ ...hop(gate), port: 1 }, hop(inner)],
      kind: 'transient',
      says: /^target jump host .* \(hop 1 of 2\): cannot connect \(connection refused\)/,
    },
  };
  for (const [what, { jumps, kind, says }] of Object.entries(failures)) {
    test(what, async (t) => {
      const [gate, inner] = [await start(t), await start(t)];
      const options = { jumps: jumps(gate, inner), connectTimeoutMs: 5000 };
      const error = await t.throwsAsync(openSftp(inner, '/', own(inner), options), { instanceOf: SyncError });
      t.is(error?.kind, kind as SyncError['kind']);
      t.regex(error?.message ?? '', says);
      t.false(error?.message.includes('\n'));
    });
  }

  test('a jump host that forwards nothing', async (t) => {
    const [gate, server] = [await start(t, { extraConfig: 'AllowTcpForwarding no' }), await start(t)];
    const error = await t.throwsAsync(openSftp(server, '/', own(server), { jumps: [hop(gate)] }), {
      instanceOf: SyncError,
    });
    t.is(error?.kind, 'permission');
    t.regex(
      error?.message ?? '',
      /\(hop 1 of 1\): cannot connect onward to .* \(it does not allow it\); ask its operator/,
    );
  });
}
