/**
 * A real sshd on a free loopback port, for this process alone: own host key, own user key, own configuration. It runs as
 * whoever runs the tests, root or not, and lets in that user by key.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { sshd } from './programs.ts';
import type { SftpEndpoint, UserKeys } from './sftp-server/options.ts';
import { fingerprintOf, knownHostsFor } from './ssh-keys.ts';

export interface OpenSshOptions {
  /** Arguments of internal-sftp, such as `-P posix-rename` to deny a request. */
  readonly sftpServerOptions?: string;
  /** Lines for sshd_config; they come first, and the first value of a keyword counts. */
  readonly extraConfig?: string;
  /** 127.0.0.1 where left out. */
  readonly listenAddress?: '127.0.0.1' | '::1';
  /** Words before the command, such as `ip netns exec NAME`: what it starts takes its place. */
  readonly launcher?: readonly string[];
}

export interface OpenSsh extends SftpEndpoint {
  readonly password: undefined;
  readonly userKeys: UserKeys;
  /** Holds its keys and its configuration. */
  readonly folder: string;
}

const host = '127.0.0.1';
/** Where sshd, as root, drops its rights; Debian's service makes it, and nobody else does. */
const privilegeFolder = '/run/sshd';

/** Throws where this machine has no sshd: declare the test with `needs('OpenSSH')`. */
export async function startOpenSsh(options: OpenSshOptions = {}): Promise<OpenSsh> {
  if (!sshd) throw new Error('there is no sshd: apt-get install openssh-server');
  if (process.getuid?.() === 0) await mkdir(privilegeFolder, { recursive: true, mode: 0o755 });
  for (let tries = 1; ; tries++) {
    const folder = await mkdtemp(join(tmpdir(), 'sync-task-sshd-'));
    try {
      return await startIn(folder, sshd, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (tries === 5 || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function startIn(folder: string, sshd: string, options: OpenSshOptions): Promise<OpenSsh> {
  const root = join(folder, 'served');
  await mkdir(root);
  const hostKey = newKey(join(folder, 'host-key'));
  const userKeys = await newUserKeys(folder);
  await writeFile(join(folder, 'authorized-keys'), `${userKeys.plain.publicKey}\n${userKeys.encrypted.publicKey}\n`);
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), configuration(folder, port, options));
  const [program = sshd, ...words] = [...(options.launcher ?? []), sshd, '-D', '-e', '-f', join(folder, 'sshd_config')];
  const daemon = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(daemon);

  async function stop(): Promise<void> {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      const exited = new Promise((resolve) => daemon.once('exit', resolve));
      await endSessions(daemon.pid as number);
      daemon.kill('SIGTERM');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  }

  return {
    host: options.listenAddress ?? host,
    port,
    user: userInfo().username,
    password: undefined,
    userKeys,
    folder,
    hostKeyFingerprint: fingerprintOf(hostKey.publicKey),
    knownHosts: knownHostsFor(options.listenAddress ?? host, port, hostKey.publicKey),
    root,
    remoteRoot: root,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function configuration(
  folder: string,
  port: number,
  { sftpServerOptions = '', extraConfig = '', listenAddress = host }: OpenSshOptions,
): string {
  return `${extraConfig}
ListenAddress ${listenAddress}
Port ${port}
HostKey ${join(folder, 'host-key')}
AuthorizedKeysFile ${join(folder, 'authorized-keys')}
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers ${userInfo().username}
MaxStartups 100
Subsystem sftp internal-sftp ${sftpServerOptions}
`;
}

/** sshd says on stderr when it listens, and why it does not. */
async function listening(daemon: ChildProcess): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: daemon.stderr as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    daemon.once('error', reject);
    daemon.once('exit', (code) => reject(new Error(`sshd ended with ${code}: ${said.join('; ')}`)));
    lines.on('line', (line) => {
      said.push(line);
      if (line.startsWith('Server listening on')) resolve();
    });
  });
  said.length = 0;
  lines.removeAllListeners('line');
  lines.on('line', () => undefined); // read on, or sshd would block on a full pipe
}

function newKey(file: string, passphrase = ''): { readonly file: string; readonly publicKey: string } {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '4', '-N', passphrase, '-C', '', '-f', file]);
  const publicKey = execFileSync('ssh-keygen', ['-y', '-P', passphrase, '-f', file], { encoding: 'utf8' }).trim();
  return { file, publicKey };
}

async function newUserKeys(folder: string): Promise<UserKeys> {
  const passphrase = 'correct horse';
  const [plain, encrypted] = [newKey(join(folder, 'user-key')), newKey(join(folder, 'encrypted-key'), passphrase)];
  return {
    plain: { privateKey: await readFile(plain.file, 'utf8'), publicKey: plain.publicKey },
    encrypted: { privateKey: await readFile(encrypted.file, 'utf8'), publicKey: encrypted.publicKey },
    passphrase,
  };
}

/** sshd takes no port 0. Somebody else could take this one in between; then sshd says so, and is started again. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Children, grandchildren and so on, found by every process's parent; none where the system has no /proc. */
async function descendants(pid: number): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    // Behind the name in parentheses, which may hold anything: the state, then the parent (proc(5)).
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''); // ended meanwhile
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== 'Z') parents.set(Number(name), Number(parent));
  }
  const below = (root: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === root ? [child, ...below(child)] : []));
  return below(pid);
}

/** Sessions have process groups of their own and would outlive the daemon, which must be there to collect them. */
async function endSessions(daemon: number): Promise<void> {
  for (let look = 0; look < 100; look++) {
    const sessions = await descendants(daemon);
    if (sessions.length === 0) return;
    if (look === 0) for (const pid of sessions) endProcess(pid);
    await setTimeout(20);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL'); // one that waits to open a FIFO heeds nothing less
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended with its parent
  }
}
