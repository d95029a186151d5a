/** A real ProFTPD with mod_sftp on a free loopback port: a server of another family than OpenSSH, which also hashes files. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { proftpdModules as modules, proftpd } from './programs.ts';
import type { SftpEndpoint } from './sftp-server/options.ts';
import { fingerprintOf, knownHostsFor } from './ssh-keys.ts';

export interface ProFtpd extends SftpEndpoint {
  /** Lets `user` in. */
  readonly privateKey: string;
}

const host = '127.0.0.1';

export async function startProFtpd(): Promise<ProFtpd> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-proftpd-'));
  await chmod(folder, 0o755); // it looks at files as the user who logs in
  const root = join(folder, 'served');
  await mkdir(root);
  const hostKey = newKey(join(folder, 'host-key'), 'rsa');
  newKey(join(folder, 'user-key'), 'ed25519');
  const authorized = execFileSync('ssh-keygen', ['-e', '-m', 'RFC4716', '-f', join(folder, 'user-key.pub')]);
  await writeFile(join(folder, 'authorized-keys'), authorized);
  const port = await freePort();
  await writeFile(join(folder, 'proftpd.conf'), configuration(folder, port));
  const daemon = spawn(proftpd, ['-n', '-c', join(folder, 'proftpd.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr.on('data', (text) => {
    said += text;
  });
  while (!(await listens(port))) {
    if (daemon.exitCode !== null) throw new Error(`proftpd ended with ${daemon.exitCode}: ${said}`);
    await sleep(50);
  }

  async function stop(): Promise<void> {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGTERM'); // it ends its sessions itself
      await once(daemon, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }

  return {
    host,
    port,
    user: userInfo().username,
    password: undefined,
    userKeys: undefined,
    privateKey: await readFile(join(folder, 'user-key'), 'utf8'),
    hostKeyFingerprint: fingerprintOf(hostKey),
    knownHosts: knownHostsFor(host, port, hostKey),
    root,
    remoteRoot: root,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function configuration(folder: string, port: number): string {
  const { username } = userInfo();
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  return `ServerType standalone
DefaultAddress ${host}
Port 0
UseIPv6 off
PidFile ${join(folder, 'pid')}
ScoreboardFile none
DelayTable none
WtmpLog off
TransferLog none
ModulePath ${modules}
LoadModule mod_sftp.c
User ${username}
Group ${group}
MaxInstances none
<Global>
  RootLogin on
  UseFtpUsers off
  AuthPAM off
  RequireValidShell off
  AllowOverwrite on
</Global>
<VirtualHost ${host}>
  Port ${port}
  SFTPEngine on
  SFTPHostKey ${join(folder, 'host-key')}
  SFTPAuthMethods publickey
  SFTPAuthorizedUserKeys file:${join(folder, 'authorized-keys')}
</VirtualHost>
`;
}

/** Returns the public line. */
function newKey(file: string, type: string): string {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048', '-m', 'PEM'] : []),
    '-N',
    '',
    '-f',
    file,
  ]);
  return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, host);
  const answers = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return answers;
}
