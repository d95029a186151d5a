/**
 * Two OpenSSH servers on loopback, for this benchmark alone: own host keys, own user key, SFTP and nothing else, as on a
 * server that is meant for file exchange. They serve the whole file system to the user who runs the benchmark.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { host } from './peers/peer.ts';
import { descendantsOf, endProcess } from './processes.ts';

export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Type and base64. */
  readonly hostKey: string;
}

export interface UserKey {
  readonly user: string;
  readonly keyFile: string;
  readonly publicKeyFile: string;
}

export const sshd = '/usr/sbin/sshd';
/** The folder in which sshd, as root, drops its privileges. Only Debian's service creates it. */
const PRIVILEGE_FOLDER = '/run/sshd';
const SESSIONS_END_MS = 5000;

/** Throws, and says what to install, if there is no sshd. */
export function checkOpenSsh(): void {
  if (!existsSync(sshd)) throw new Error(`there is no ${sshd}: apt-get install openssh-server`);
}

export async function newUserKey(folder: string): Promise<UserKey> {
  const keyFile = join(folder, 'user-key');
  newKey(keyFile);
  return { user: userInfo().username, keyFile, publicKeyFile: `${keyFile}.pub` };
}

/** Starts one sshd with all of its files in `folder`. Throws its output if it does not start. */
export async function startServer(folder: string, key: UserKey, program = sshd): Promise<Server> {
  if (process.getuid?.() === 0) await mkdir(PRIVILEGE_FOLDER, { recursive: true, mode: 0o755 });
  await mkdir(folder);
  const hostKeyFile = join(folder, 'host-key');
  newKey(hostKeyFile);
  await copyFile(key.publicKeyFile, join(folder, 'authorized-keys'));
  const port = await freePort();
  const configuration = join(folder, 'sshd_config');
  await writeFile(configuration, configurationOf(folder, port, key.user));
  const daemon = spawn(program, ['-D', '-e', '-f', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    daemon.once('error', reject);
    daemon.once('exit', (code) => reject(new Error(`sshd ended with ${code}: ${said.join('; ')}`)));
    // Keeps reading after the start, or sshd would block on a full pipe.
    createInterface({ input: daemon.stderr }).on('line', (line) => {
      if (line.startsWith('Server listening on')) resolve();
      else if (daemon.exitCode === null && said.length < 100) said.push(line);
    });
  });
  const pid = daemon.pid as number;
  return {
    port,
    pid,
    hostKey: (await readFile(`${hostKeyFile}.pub`, 'utf8')).split(' ').slice(0, 2).join(' '),
    async [Symbol.asyncDispose]() {
      // Sessions must end first: the daemon has to collect them.
      const untilMs = performance.now() + SESSIONS_END_MS;
      for (const session of descendantsOf(pid)) endProcess(session, 'SIGTERM');
      while (descendantsOf(pid).length > 0 && performance.now() < untilMs) await setTimeout(20);
      for (const session of descendantsOf(pid)) endProcess(session, 'SIGKILL');
      daemon.kill('SIGTERM');
      await exited;
    },
  };
}

function configurationOf(folder: string, port: number, user: string): string {
  return `ListenAddress ${host}
Port ${port}
HostKey ${join(folder, 'host-key')}
PidFile ${join(folder, 'sshd.pid')}
AuthorizedKeysFile ${join(folder, 'authorized-keys')}
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers ${user}
MaxStartups 1000
MaxSessions 1000
UseDNS no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`;
}

/** Without a passphrase: it protects nothing, and is removed with the folder. */
function newKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
}

/** sshd does not accept port 0. If another process takes this port first, sshd reports it and the start fails. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
