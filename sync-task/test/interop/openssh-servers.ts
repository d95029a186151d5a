/** OpenSSH as it comes, with limits that operators set, and with every order of ways to log in. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenSshOptions, startOpenSsh } from '../kit/openssh.ts';
import { programs } from '../kit/programs.ts';
import type { Program, RunningServer } from './programs.ts';

const account = { user: 'tester', id: 54_321, password: 'correct horse battery staple' };
const sshd = programs.OpenSSH.isThere() ? undefined : 'openssh-server';
const asRoot = sshd ?? (process.getuid?.() === 0 ? undefined : 'root, for accounts of its own');

/** Lets in whoever runs this, by key. */
async function openSsh(options: OpenSshOptions): Promise<RunningServer> {
  const server = await startOpenSsh(options);
  const { port, knownHosts, root, remoteRoot, stop } = server;
  return { port, user: server.user, privateKey: server.userKeys.plain.privateKey, knownHosts, root, remoteRoot, stop };
}

const inNamespace = `
for file in passwd shadow pam.d/sshd; do mount --bind "$0/$file" "/etc/$file"; done
mount --bind "$0/served" /srv
exec "$@"`;

/** In a mount namespace with an account of its own, which has a password; the machine's stay as they are. /srv: what it serves. */
async function openSshWithAccount(config: string, remoteRoot: string): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-interop-'));
  await Promise.all([mkdir(join(folder, 'served')), mkdir(join(folder, 'pam.d'))]);
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
    input: account.password,
    encoding: 'utf8',
  }).trim();
  const { user, id, password } = account;
  const files = {
    passwd: `${await readFile('/etc/passwd', 'utf8')}${user}:x:${id}:${id}::/:/bin/sh\n`,
    shadow: `${user}:${hash}:19000:0:99999:7:::\n`,
    'pam.d/sshd': 'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const ways = 'UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes';
  const server = await startOpenSsh({
    extraConfig: `${config}\n${ways}\nAllowUsers ${user}`,
    launcher: ['unshare', '--mount', 'sh', '-ec', inNamespace, folder],
  });
  await chmod(server.folder, 0o755); // keys are read as the account
  return {
    ...{ port: server.port, user, password, owner: id, remoteRoot },
    privateKey: server.userKeys.plain.privateKey,
    knownHosts: server.knownHosts,
    root: join(folder, 'served'),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every choice of some of them in every order. */
function orders(methods: readonly string[]): readonly (readonly string[])[] {
  return methods.flatMap((first) => {
    const rest = orders(methods.filter((other) => other !== first));
    return [[first], ...rest.map((order) => [first, ...order])];
  });
}

const byOrder: readonly Program[] = orders(['publickey', 'password', 'keyboard-interactive']).map((order) => ({
  name: `OpenSSH, ${order.join(' then ')}`,
  missing: asRoot,
  loginOnly: true,
  start: () => openSshWithAccount(`AuthenticationMethods ${order.join(',')}`, '/srv'),
}));

export const openSshServers: readonly Program[] = [
  { name: 'OpenSSH', missing: sshd, start: () => openSsh({}) },
  {
    name: 'OpenSSH, one session, new keys every MB',
    missing: sshd,
    start: () => openSsh({ extraConfig: 'MaxSessions 1\nRekeyLimit 1M' }),
  },
  {
    name: 'OpenSSH, one session, no extensions',
    missing: sshd,
    start: () =>
      openSsh({
        sftpServerOptions: '-P posix-rename,fsync,limits,statvfs,hardlink,copy-data',
        extraConfig: 'MaxSessions 1',
      }),
  },
  {
    name: 'OpenSSH, chroot',
    missing: asRoot,
    start: () => openSshWithAccount('ChrootDirectory /srv', '/'),
  },
  {
    name: 'OpenSSH, no rename',
    missing: sshd,
    refusedAsTarget: /not renamed/,
    start: () => openSsh({ sftpServerOptions: '-P rename,posix-rename' }),
  },
  ...byOrder,
];
