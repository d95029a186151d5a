/** Ways to prove who is who, against a real OpenSSH: keys of several kinds, an agent, certificates, IPv6, home folders. */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, networkInterfaces, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../../src/base/errors.ts';
import { loadSettings } from '../../../../src/config/load.ts';
import type { Credentials } from '../../../../src/config/settings.ts';
import { readPrivateKeys } from '../../../../src/storage/sftp/ssh/private-keys.ts';
import { needs } from '../../../kit/needs.ts';
import { type OpenSsh, type OpenSshOptions, startOpenSsh } from '../../../kit/openssh.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';
import { fingerprintOf } from '../../../kit/ssh-keys.ts';

async function start(t: ExecutionContext, options?: OpenSshOptions): Promise<OpenSsh> {
  const server = await startOpenSsh(options);
  t.teardown(() => server.stop());
  return server;
}

async function newFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-keys-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function keygen(...args: readonly string[]): void {
  execFileSync('ssh-keygen', ['-q', ...args]);
}

/** An agent of its own with these keys; returns its socket. */
function startAgent(t: ExecutionContext, folder: string, ...keys: readonly string[]): string {
  const agent = join(folder, 'agent');
  const said = execFileSync('ssh-agent', ['-a', agent, '-s'], { encoding: 'utf8' });
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
  t.teardown(() => process.kill(pid));
  execFileSync('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: agent } });
  return agent;
}

async function comesIn(t: ExecutionContext, server: OpenSsh, credentials: Partial<Credentials>): Promise<void> {
  const { knownHosts } = server;
  await using storage = await openSftp(server, server.remoteRoot, { knownHosts, ...credentials });
  t.is(await storage.stat('nothing'), undefined);
}

async function staysOut(
  t: ExecutionContext,
  server: OpenSsh,
  credentials: Partial<Credentials>,
  says: RegExp,
): Promise<void> {
  const { knownHosts } = server;
  const opening = openSftp(server, server.remoteRoot, { knownHosts, ...credentials });
  const error = await t.throwsAsync(opening, { instanceOf: SyncError });
  t.is(error?.kind, 'permission');
  t.regex(error?.message ?? '', says);
  t.false(error?.message.includes('\n'));
}

{
  const test = needs('OpenSSH');
  const kinds: Record<string, readonly string[]> = {
    'RSA, as PKCS #8': ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
    'RSA, as PEM with a passphrase': ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'pass phrase'],
    'ECDSA, as PKCS #8 with a passphrase': ['-t', 'ecdsa', '-m', 'PKCS8', '-N', 'pass phrase'],
    'ECDSA 521': ['-t', 'ecdsa', '-b', '521'],
    'Ed25519 with a passphrase': ['-t', 'ed25519', '-a', '4', '-N', 'pass phrase'],
  };
  for (const [what, args] of Object.entries(kinds)) {
    test(`a key: ${what}`, async (t) => {
      const [server, folder] = [await start(t), await newFolder(t)];
      keygen(...args, ...(args.includes('-N') ? [] : ['-N', '']), '-f', join(folder, 'key'));
      await appendFile(join(server.folder, 'authorized-keys'), await readFile(join(folder, 'key.pub')));
      const privateKey = await readFile(join(folder, 'key'), 'utf8');
      await comesIn(t, server, { privateKey, passphrase: args.includes('-N') ? 'pass phrase' : undefined });
    });
  }

  test('several keys, in files separated by colons: the one that fits is found', async (t) => {
    const [server, folder] = [await start(t), await newFolder(t)];
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    keygen('-t', 'ed25519', '-N', '', '-f', first);
    await writeFile(second, server.userKeys.plain.privateKey.trimEnd());
    const { source } = loadSettings({
      flags: { source: 'sftp://me@host/', target: 'file:///out' },
      environment: { SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: `${first}:${second}` },
    });
    await comesIn(t, server, { privateKey: source.credentials.privateKey });
    const error = t.throws(
      () =>
        loadSettings({
          flags: { source: 'sftp://me@host/', target: 'file:///out' },
          environment: { SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: `${first}:${second}x` },
        }),
      { instanceOf: SyncError },
    );
    t.is(
      error?.message,
      `SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: ${second}x cannot be read (ENOENT); check the path and its rights`,
    );
  });

  test('more keys than the server lets us try', async (t) => {
    const [server, folder] = [await start(t, { extraConfig: 'MaxAuthTries 2' }), await newFolder(t)];
    const keys: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      keygen('-t', 'ed25519', '-N', '', '-f', join(folder, name));
      keys.push(await readFile(join(folder, name), 'utf8'));
    }
    const privateKey = [...keys, server.userKeys.plain.privateKey].join('');
    await staysOut(t, server, { privateKey }, /was not let in; give fewer keys in SYNC_TASK_TARGET_PRIVATE_KEY/);
  });

  test('an agent, and one that is gone', async (t) => {
    const [server, folder] = [await start(t), await newFolder(t)];
    const agent = startAgent(t, folder, join(server.folder, 'user-key'));
    await comesIn(t, server, { agent });
    const gone = { agent: join(folder, 'no-agent') };
    await comesIn(t, server, { ...gone, privateKey: server.userKeys.plain.privateKey });
    await staysOut(t, server, gone, /was not let in; .*; the agent at SSH_AUTH_SOCK could not be asked/);
  });

  /** A server that takes certificates alone, and a folder with a key and its certificate. */
  async function certificated(t: ExecutionContext, args: readonly string[], signing: readonly string[] = []) {
    const folder = await newFolder(t);
    const [authority, key] = [join(folder, 'authority'), join(folder, 'key')];
    keygen('-t', 'ed25519', '-N', '', '-f', authority);
    keygen(...args, '-N', '', '-f', key);
    const names = ['-n', userInfo().username];
    keygen('-s', authority, '-I', 'the test', ...(signing.length > 0 ? signing : names), `${key}.pub`);
    const server = await start(t, { extraConfig: `TrustedUserCAKeys ${authority}.pub` });
    const text = async (file: string) => readFile(join(folder, file), 'utf8');
    return { server, folder, key: await text('key'), certificate: await text('key-cert.pub') };
  }

  const certifiedKinds = { Ed25519: ['-t', 'ed25519'], RSA: ['-t', 'rsa', '-b', '2048'], 'ECDSA 256': ['-t', 'ecdsa'] };
  for (const [what, args] of Object.entries({ ...certifiedKinds, 'ECDSA 521': ['-t', 'ecdsa', '-b', '521'] })) {
    test(`a user certificate: ${what}`, async (t) => {
      const { server, key, certificate } = await certificated(t, args);
      await staysOut(t, server, { privateKey: key }, /was not let in/);
      await comesIn(t, server, { privateKey: `${key}${certificate}` });
      // Beside others, in any order.
      await comesIn(t, server, { privateKey: `${certificate}${server.userKeys.plain.privateKey}${key}` });
    });

    test(`a user certificate whose key an agent holds: ${what}`, async (t) => {
      const { server, folder, certificate } = await certificated(t, args);
      await rm(join(folder, 'key-cert.pub')); // else ssh-add takes it too
      const agent = startAgent(t, folder, join(folder, 'key'));
      await staysOut(t, server, { agent }, /was not let in/);
      await comesIn(t, server, { agent, privateKey: certificate });
      await comesIn(t, server, { agent, privateKey: certificate, identitiesOnly: true });
    });

    test(`a user certificate that an agent holds beside its key: ${what}`, async (t) => {
      const { server, folder } = await certificated(t, args);
      const agent = startAgent(t, folder, join(folder, 'key'));
      await comesIn(t, server, { agent });
    });
  }

  test('a certificate beside its key file is found, as is one of its own variable', async (t) => {
    const { server, folder, certificate } = await certificated(t, ['-t', 'ed25519']);
    const file = join(folder, 'key');
    const given = (environment: Readonly<Record<string, string>>) =>
      loadSettings({ flags: { source: 'sftp://me@host/', target: 'file:///out' }, environment }).source.credentials;
    await comesIn(t, server, { privateKey: given({ SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: file }).privateKey });
    await rm(`${file}-cert.pub`);
    await writeFile(join(folder, 'elsewhere'), certificate);
    await staysOut(
      t,
      server,
      given({ SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: file }),
      /host key that is not known|not let in/,
    );
    const environment = {
      SYNC_TASK_SOURCE_PRIVATE_KEY_FILE: file,
      SYNC_TASK_SOURCE_CERTIFICATE_FILE: join(folder, 'elsewhere'),
    };
    await comesIn(t, server, { privateKey: given(environment).privateKey });
  });

  const doubtful: Record<string, readonly [signing: readonly string[], says: RegExp]> = {
    'that is over': [
      ['-V', '20200101:20200102'],
      /the certificate "the test" was valid until 2020-01-0\d.*: have it renewed/,
    ],
    'for somebody else': [['-n', 'somebody,else'], /the certificate "the test" is for somebody, else/],
    'of a host': [['-h', '-n', 'host'], /is one of a host; have one signed for a user/],
  };
  for (const [what, [signing, says]] of Object.entries(doubtful)) {
    test(`a certificate ${what}`, async (t) => {
      const { server, key, certificate } = await certificated(t, ['-t', 'ed25519'], signing);
      await staysOut(t, server, { privateKey: `${key}${certificate}` }, says);
    });
  }

  test('a certificate for another key, and one that was cut short', async (t) => {
    const { server, certificate } = await certificated(t, ['-t', 'ed25519']);
    const other = server.userKeys.plain.privateKey;
    await staysOut(
      t,
      server,
      { privateKey: `${other}${certificate}` },
      /"the test" is for none of them; give the private key/,
    );
    const short = certificate
      .split(' ')
      .map((part) => part.slice(0, 100))
      .join(' ');
    await staysOut(t, server, { privateKey: `${other}${short}\n` }, /was cut short; give all of it/);
  });

  test('an agent with many keys: the right one alone is shown where it is named', async (t) => {
    const [server, folder] = [await start(t, { extraConfig: 'MaxAuthTries 3' }), await newFolder(t)];
    const keys = ['a', 'b', 'c', 'd', 'e'].map((name) => join(folder, name));
    for (const key of keys) keygen('-t', 'ed25519', '-N', '', '-f', key);
    const agent = startAgent(t, folder, ...keys, join(server.folder, 'user-key'));
    await staysOut(
      t,
      server,
      { agent },
      /was not let in; the agent holds 6 keys .*: give --target-identities-only, and the public half .* SYNC_TASK_TARGET_PRIVATE_KEY/,
    );
    const { publicKey, privateKey } = server.userKeys.plain;
    await comesIn(t, server, { agent, privateKey: publicKey, identitiesOnly: true });
    await comesIn(t, server, { agent, privateKey, identitiesOnly: true });
    const another = await readFile(`${keys[0]}.pub`, 'utf8');
    await staysOut(t, server, { agent, privateKey: another, identitiesOnly: true }, /was not let in/);
    const unnamed = openSftp(server, server.remoteRoot, { knownHosts: server.knownHosts, agent, identitiesOnly: true });
    const error = await t.throwsAsync(unnamed, { instanceOf: SyncError });
    t.is(error?.kind, 'usage');
    t.regex(error?.message ?? '', /^--target-identities-only: it is not said which key/);
  });

  test('a host that is known by its authority alone: says which fingerprint to set', async (t) => {
    const server = await start(t);
    const knownHosts = `@cert-authority ${server.knownHosts}`;
    const privateKey = server.userKeys.plain.privateKey;
    await staysOut(
      t,
      server,
      { privateKey, knownHosts },
      /is trusted by @cert-authority alone, and ssh2 cannot check host certificates: compare SHA256:\S+ with/,
    );
    const other = fingerprintOf(server.userKeys.plain.publicKey);
    await comesIn(t, server, { privateKey, knownHosts, hostKey: `${other}, ${server.hostKeyFingerprint}` });
  });

  test('MaxSessions 1, MaxStartups 2:50:3: who is dropped while too many log in comes again', async (t) => {
    const server = await start(t, { extraConfig: 'MaxSessions 1\nMaxStartups 2:50:3' });
    const own = { knownHosts: server.knownHosts, privateKey: server.userKeys.plain.privateKey };
    const many = Array.from({ length: 8 }, async () => {
      const patient = { attempts: 20, connectTimeoutMs: 60_000, connections: 4 };
      await using storage = await openSftp(server, server.remoteRoot, own, patient);
      return await storage.stat('nothing');
    });
    t.deepEqual(await Promise.all(many), Array(8).fill(undefined));
  });

  test('the home folder, and a path below it', async (t) => {
    const server = await start(t);
    const own = { knownHosts: server.knownHosts, privateKey: server.userKeys.plain.privateKey };
    const name = `sync-task-home-${process.pid}`;
    const folder = join(homedir(), name);
    await mkdir(folder);
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'f'), 'x');
    await using home = await openSftp(server, '~', own);
    t.like(await home.stat(`${name}/f`), { kind: 'file', size: 1 });
    await using below = await openSftp(server, `~/${name}`, own);
    t.like(await below.stat('f'), { kind: 'file', size: 1 });
  });

  test('an IPv6 address', async (t) => {
    const isThere = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
    if (!isThere) {
      t.log('SKIPPED: this machine has no IPv6 loopback');
      t.pass();
      return;
    }
    const server = await start(t, { listenAddress: '::1' });
    await comesIn(t, server, { privateKey: server.userKeys.plain.privateKey });
  });
}

const unusable: Record<string, { readonly text: string; readonly says: RegExp }> = {
  'a public key': { text: 'ssh-ed25519 AAAAC3Nza me@host', says: /^it is a public key; give the private one$/ },
  'a key that was cut short': {
    text: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----',
    says: /Malformed OpenSSH private key: was it cut short\? .* make a new one with ssh-keygen -t ed25519$/,
  },
  'what OpenSSL calls a key': {
    text: '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----',
    says: /^Unsupported key format; ssh-keygen -p -f KEY writes it in OpenSSH's form$/,
  },
  "PuTTY's newer form": {
    text: 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n',
    says: /; puttygen key.ppk -O private-openssh -o key writes it in OpenSSH's form$/,
  },
};
for (const [what, { text, says }] of Object.entries(unusable)) {
  test(`no key: ${what}`, (t) => {
    t.throws(() => readPrivateKeys(text, undefined), { message: says });
  });
}
