/** Getting in: who they are, who we are, and what the user reads when one of them is wrong. */

import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../../src/base/errors.ts';
import type { Credentials } from '../../../../src/config/settings.ts';
import { type SftpServerOptions, startSftpServer } from '../../../kit/sftp-server/server.ts';
import { openSftp } from '../../../kit/sftp-storage.ts';
import { fingerprintOf, newKeyPair, publicKeyOf } from '../../../kit/ssh-keys.ts';

// Tests run one after the other: each has a server in this process, and all at once they wait for each other's keys longer than a login may take.

async function newServer(t: ExecutionContext, options: Partial<SftpServerOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  const server = await startSftpServer({ root, userKeys: true, ...options });
  t.teardown(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  return server;
}

type TestServer = Awaited<ReturnType<typeof newServer>>;

const accepted: Record<string, (server: TestServer) => Partial<Credentials>> = {
  'a password and known_hosts': ({ password, knownHosts }) => ({ password, knownHosts }),
  'a password and a fingerprint': ({ password, hostKeyFingerprint }) => ({ password, hostKey: hostKeyFingerprint }),
  'a password and a host key that the user chose to ignore': ({ password }) => ({
    password,
    insecureIgnoreHostKey: true,
  }),
  'a private key': ({ knownHosts, userKeys }) => ({ knownHosts, privateKey: userKeys?.plain.privateKey }),
  'an encrypted private key': ({ knownHosts, userKeys }) => ({
    knownHosts,
    privateKey: userKeys?.encrypted.privateKey,
    passphrase: userKeys?.passphrase,
  }),
};

for (const [what, credentials] of Object.entries(accepted)) {
  test.serial(`let in: ${what}`, async (t) => {
    const server = await newServer(t);
    await using storage = await openSftp(server, '/', credentials(server));
    t.is(await storage.stat('nothing'), undefined);
  });
}

const refused: Record<string, { give: (server: TestServer) => Partial<Credentials>; reason: string; says: RegExp }> = {
  'a wrong password': {
    give: ({ knownHosts }) => ({ password: 'not-the-pass-word', knownHosts }),
    reason: 'authentication',
    says: /user \S+ was not let in; check the user name and SYNC_TASK_TARGET_PASSWORD/,
  },
  'no credentials at all': {
    give: ({ knownHosts }) => ({ knownHosts }),
    reason: 'authentication',
    says: /was not let in/,
  },
  'an unknown host key': {
    give: ({ password }) => ({ password }),
    reason: 'host-key-unknown',
    says: /is not known: compare SHA256:\S+ with what its operator says, then set SYNC_TASK_TARGET_HOST_KEY/,
  },
  'another fingerprint': {
    give: ({ password }) => ({ password, hostKey: `SHA256:${'A'.repeat(43)}` }),
    reason: 'host-key-changed',
    says: /shows host key SHA256:\S+, not SHA256:AAAA/,
  },
  'another key in known_hosts': {
    give: ({ password, knownHosts, port }) => ({
      password,
      knownHosts: knownHosts.replace(/(AAAAC3NzaC1lZDI1NTE5AAAAI)\S{6}/, `$1${'A'.repeat(6)}`).concat(`# ${port}\n`),
    }),
    reason: 'host-key-changed',
    says: /not the one in known_hosts: somebody may be listening in/,
  },
  'a revoked key': {
    give: ({ password, knownHosts }) => ({ password, knownHosts: `@revoked ${knownHosts}` }),
    reason: 'host-key-revoked',
    says: /marks as revoked/,
  },
  'a private key without its passphrase': {
    give: ({ knownHosts, userKeys }) => ({ knownHosts, privateKey: userKeys?.encrypted.privateKey }),
    reason: 'bad-private-key',
    says: /check SYNC_TASK_TARGET_PRIVATE_KEY and SYNC_TASK_TARGET_PASSPHRASE/,
  },
  'something that is no private key': {
    give: ({ knownHosts }) => ({ knownHosts, privateKey: 'not a key at all' }),
    reason: 'bad-private-key',
    says: /the private key cannot be used/,
  },
};

for (const [what, { give, reason, says }] of Object.entries(refused)) {
  test.serial(`refused: ${what}`, async (t) => {
    const server = await newServer(t);
    const error = await t.throwsAsync(openSftp(server, '/', give(server)), { instanceOf: SyncError });
    t.is(error?.kind, 'permission');
    t.is(error?.reason, reason);
    t.regex(error?.message ?? '', says);
    t.false(error?.message.includes('\n'));
    for (const secret of [server.password, 'not-the-pass-word', 'not a key at all'])
      t.false(error?.message.includes(secret));
  });
}

for (const [what, wrong, says] of [
  ['a host key', { hostKey: 'yes' }, /SYNC_TASK_TARGET_HOST_KEY is no host key/],
  [
    'the path of known hosts',
    { knownHosts: '/etc/ssh/known_hosts' },
    /the path of one is SYNC_TASK_TARGET_KNOWN_HOSTS_FILE/,
  ],
  [
    'a fingerprint for known hosts',
    { knownHosts: `SHA256:${'A'.repeat(43)}` },
    /SYNC_TASK_TARGET_KNOWN_HOSTS holds no line/,
  ],
] as const) {
  test.serial(`${what} that is none is a wrong setting, found before anything is connected`, async (t) => {
    const error = await t.throwsAsync(openSftp({ host: '127.0.0.1', port: 1, user: 'me' }, '/', wrong), {
      message: says,
    });
    t.like(error, { kind: 'usage' });
  });
}

test.serial('let in where an agent has the key and the server wants the password behind it', async (t) => {
  const server = await newServer(t, { loginOrder: ['publickey', 'password'] });
  const agent = join(server.root, 'agent');
  const daemon = spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' });
  t.teardown(() => daemon.kill());
  while (!existsSync(agent)) await new Promise((resolve) => setTimeout(resolve, 20));
  const env = { ...process.env, SSH_AUTH_SOCK: agent };
  for (const key of [server.userKeys?.plain.privateKey, newKeyPair().privateKey]) {
    execFileSync('ssh-add', ['-'], { env, stdio: ['pipe', 'ignore', 'ignore'], input: `${key}\n` });
  }
  const { password, knownHosts } = server;
  await using storage = await openSftp(server, '/', { password, knownHosts, agent });
  t.is(await storage.stat('nothing'), undefined);
});

for (const [what, prompts, give, says] of [
  [
    'beside the password',
    ['Password: ', 'One-time code: '],
    true,
    /asked for "One-time code:", which no setting answers/,
  ],
  ['of a token', ['Enter PASSCODE: '], true, /asked for "Enter PASSCODE:", which no setting answers/],
  ['and no password is set', ['Verification code: '], false, /asked for "Verification code:"/],
  [
    'that is the password, which is not set',
    ['Password: '],
    false,
    /asked for "Password:"; set SYNC_TASK_TARGET_PASSWORD/,
  ],
] as const) {
  test.serial(`a prompt ${what} is named`, async (t) => {
    const { password, ...server } = await newServer(t, { keyboardInteractive: true, prompts });
    const credentials = { knownHosts: server.knownHosts, ...(give ? { password } : {}) };
    const error = await t.throwsAsync(openSftp(server, '/', credentials), { message: says });
    t.like(error, { kind: 'permission', reason: 'authentication' });
  });
}

test.serial('nobody listens: transient, and says where', async (t) => {
  const server = await newServer(t);
  await server.stop();
  const error = await t.throwsAsync(openSftp(server, '/', {}), { instanceOf: SyncError });
  t.is(error?.kind, 'transient');
  t.regex(
    error?.message ?? '',
    new RegExp(`^target 127\\.0\\.0\\.1:${server.port}: cannot connect \\(connection refused\\)`),
  );
});

test.serial('a host name that does not exist: transient, and says so', async (t) => {
  const server = { host: 'no-such-host.invalid', port: 22, user: 'nobody' };
  const error = await t.throwsAsync(openSftp(server, '/', {}), { instanceOf: SyncError });
  t.is(error?.kind, 'transient');
  t.regex(error?.message ?? '', /cannot connect \((unknown host name|host name lookup failed)\)/);
});

for (const loginOrder of [
  ['password', 'publickey'],
  ['publickey', 'password'],
  ['publickey', 'password', 'publickey'],
  ['keyboard-interactive', 'publickey'],
  ['publickey', 'keyboard-interactive'],
  ['publickey', 'keyboard-interactive', 'publickey'],
  ['password', 'keyboard-interactive', 'publickey'],
] as const) {
  test.serial(`let in where the server wants ${loginOrder.join(', then ')}`, async (t) => {
    const server = await newServer(t, { loginOrder });
    const { password, knownHosts, userKeys } = server;
    const privateKey = `${userKeys?.plain.privateKey}\n${userKeys?.encrypted.privateKey}`;
    const credentials = { password, knownHosts, privateKey, passphrase: userKeys?.passphrase };
    await using storage = await openSftp(server, '/', credentials);
    t.is(await storage.stat('nothing'), undefined);
  });
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const moreHostKeys = [
  rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  ecdsa.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
];
for (const [index, hostKey] of moreHostKeys.entries()) {
  const publicKey = publicKeyOf(hostKey);
  test.serial(`let in by the fingerprint of the server's ${publicKey.split(' ')[0]}`, async (t) => {
    const server = await newServer(t, { moreHostKeys });
    const credentials = { password: server.password, hostKey: fingerprintOf(publicKey) };
    await using storage = await openSftp(server, '/', credentials);
    t.is(await storage.stat('nothing'), undefined);
    t.is(server.counters.connections, index === 0 ? 3 : 2, 'each other key was shown once');
  });
}

test.serial('a fingerprint that is of no key of the server is refused, with the key that it shows first', async (t) => {
  const server = await newServer(t, { moreHostKeys });
  const credentials = { password: server.password, hostKey: `SHA256:${'A'.repeat(43)}` };
  await t.throwsAsync(openSftp(server, '/', credentials), {
    message: new RegExp(`shows host key ${server.hostKeyFingerprint.replaceAll(/[+/]/g, '\\$&')}, not SHA256:AAAA`),
  });
});
