/** Through SOCKS 5 and HTTP proxies, with and without a login, and what the user reads where that fails. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../../src/base/errors.ts';
import { loadSettings } from '../../../../src/config/load.ts';
import { parseProxy } from '../../../../src/config/parse/parse-proxy.ts';
import { startProxy } from '../../../kit/proxy.ts';
import { startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';

async function newServer(t: ExecutionContext) {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  const server = await startSftpServer({ root });
  t.teardown(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  return server;
}

for (const scheme of ['socks5', 'http'] as const) {
  for (const login of [undefined, { user: 'me', password: 'pass-word-7' }]) {
    test(`${scheme}, ${login ? 'with a login' : 'open'}`, async (t) => {
      const server = await newServer(t);
      const proxy = await startProxy(login);
      t.teardown(() => proxy.stop());
      const url = `${scheme}://${login ? 'me@' : ''}127.0.0.1:${proxy.port}`;
      const { password, knownHosts } = server;
      const through = parseProxy(url, '--target-proxy', login?.password);
      await using storage = await openSftp(server, '/', { password, knownHosts }, { proxy: through });
      t.is(await storage.stat('nothing'), undefined);
      t.is(proxy.asked[0], `127.0.0.1:${server.port}`);
      if (!login) return;
      const wrong = { proxy: parseProxy(url, '--target-proxy', 'not-the-one') };
      const error = await t.throwsAsync(openSftp(server, '/', {}, wrong), { instanceOf: SyncError });
      t.like(error, { kind: 'permission', reason: 'proxy' });
      t.regex(error?.message ?? '', /did not let us in; check its user and SYNC_TASK_TARGET_PROXY_PASSWORD/);
      t.false(error?.message.includes('not-the-one'));
    });
  }

  test(`${scheme}: a server behind it that nobody answers at`, async (t) => {
    const server = await newServer(t);
    const proxy = await startProxy();
    t.teardown(() => proxy.stop());
    await server.stop();
    const through = { proxy: parseProxy(`${scheme}://127.0.0.1:${proxy.port}`, '--target-proxy', undefined) };
    const error = await t.throwsAsync(openSftp(server, '/', {}, through), { instanceOf: SyncError });
    t.like(error, { kind: 'transient', reason: 'proxy' });
    t.regex(error?.message ?? '', /cannot connect through the proxy .*; check --target-proxy/);
  });
}

test('a server that accepts the legacy switch works with it as without', async (t) => {
  const server = await newServer(t);
  const { password, knownHosts } = server;
  await using storage = await openSftp(server, '/', { password, knownHosts }, { legacyAlgorithms: true });
  t.is(await storage.stat('nothing'), undefined);
});

test('settings: a proxy is a URL without a password, which comes from the environment', (t) => {
  const environment = {
    SYNC_TASK_SOURCE: 'sftp://me@[::1]:2222/in',
    SYNC_TASK_TARGET: 'file:///out',
    SYNC_TASK_SOURCE_PROXY: 'socks5://user@proxy.example',
    SYNC_TASK_SOURCE_PROXY_PASSWORD: 'hidden-7',
  };
  const { source, target } = loadSettings({ flags: {}, environment });
  t.is(source.location.host, '::1');
  t.like(source.proxy, { scheme: 'socks5', host: 'proxy.example', port: 1080, user: 'user', password: 'hidden-7' });
  t.is(target.proxy, undefined);
  for (const url of ['proxy:1080', 'socks4://proxy', 'http://me:hidden-7@proxy', 'http://proxy/path']) {
    const error = t.throws(() => parseProxy(url, '--source-proxy', undefined), { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.false(error?.message.includes('hidden-7'));
  }
});
