/** SFTP servers that nobody here wrote, as processes of their own on loopback ports; each is stopped by its process id. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProFtpd } from '../kit/proftpd.ts';
import { programs as fixed } from '../kit/programs.ts';
import { knownHostsFor } from '../kit/ssh-keys.ts';
import { openSshServers } from './openssh-servers.ts';

export interface RunningServer {
  readonly port: number;
  readonly user: string;
  readonly password?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly knownHosts: string;
  /** What it serves, on local disk, and how a client calls that. */
  readonly root: string;
  readonly remoteRoot: string;
  /** Whoever logs in there, where that is not who runs this. */
  readonly owner?: number;
  stop(): Promise<void>;
}

export interface Program {
  readonly name: string;
  /** Undefined: it is here; else what is missing. */
  readonly missing: string | undefined;
  /** It differs from another one in how it lets in, and in nothing else. */
  readonly loginOnly?: boolean;
  /** What stands there is not written to again, which is found out when it is tried. */
  readonly neverGoesOn?: boolean;
  /** Nothing can be published there; what is said of it. */
  readonly refusedAsTarget?: RegExp;
  start(): Promise<RunningServer>;
}

const host = '127.0.0.1';
const cache = join(import.meta.dirname, '../../../.cache/interop');
const sources = join(import.meta.dirname, 'servers');
const user = 'tester';
const password = 'correct horse battery staple';

const needs = (file: string, what: string) => (existsSync(file) ? undefined : what);

async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-interop-'));
  await mkdir(join(folder, 'served'));
  const hostKey = join(folder, 'host-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', hostKey]);
  const publicKey = (await readFile(`${hostKey}.pub`, 'utf8')).trim();
  return { folder, root: join(folder, 'served'), hostKey, publicKey };
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  for (let look = 0; look < 200; look++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const socket = connect(port, host);
    const isThere = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    await sleep(50);
  }
  throw new Error('it does not listen');
}

/** One of ours around a library: it prints its port. */
async function printsItsPort(command: string, words: readonly string[]): Promise<RunningServer> {
  const { folder, root, hostKey, publicKey } = await newFolder();
  const env = { ...process.env, SERVER_USER: user, SERVER_PASSWORD: password, SERVER_HOST_KEY: hostKey };
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
  failed.catch(() => undefined);
  const port = Number((await Promise.race([line, failed]))[0]);
  return {
    ...{ port, user, password, root, remoteRoot: root },
    knownHosts: knownHostsFor(host, port, publicKey),
    stop: () => ended(child, folder),
  };
}

async function rclone(): Promise<RunningServer> {
  const { folder, root, hostKey, publicKey } = await newFolder();
  const port = await freePort();
  const words = [
    'serve',
    'sftp',
    root,
    '--addr',
    `${host}:${port}`,
    '--user',
    user,
    '--pass',
    password,
    '--key',
    hostKey,
  ];
  const more = ['--dir-cache-time', '0s', '--cache-dir', join(folder, 'cache'), '--config', ''];
  const child = spawn('rclone', [...words, ...more], { stdio: 'ignore' });
  await listens(port, child);
  const knownHosts = knownHostsFor(host, port, publicKey);
  return { port, user, password, root, remoteRoot: '/', knownHosts, stop: () => ended(child, folder) };
}

/** It looks for keys in the home folder alone, so it gets one of its own, in a mount namespace. */
async function dropbear(): Promise<RunningServer> {
  const { folder, root } = await newFolder();
  const hostKey = join(folder, 'dropbear-key');
  const told = execFileSync('dropbearkey', ['-t', 'ed25519', '-f', hostKey], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const publicKey = told.split('\n').find((line) => line.startsWith('ssh-ed25519')) ?? '';
  await mkdir(join(folder, 'home/.ssh'), { recursive: true, mode: 0o700 });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, 'user-key')]);
  await writeFile(join(folder, 'home/.ssh/authorized_keys'), await readFile(join(folder, 'user-key.pub')), {
    mode: 0o600,
  });
  const port = await freePort();
  const command = 'mount --bind "$0/home" "$1" && exec dropbear -F -E -s -p "$2" -r "$3" -P "$0/pid"';
  const { username, homedir } = userInfo();
  const words = ['--mount', 'sh', '-c', command, folder, homedir, `${host}:${port}`, hostKey];
  const child = spawn('unshare', words, { stdio: 'ignore' });
  await listens(port, child);
  return {
    ...{ port, user: username, root, remoteRoot: root },
    privateKey: await readFile(join(folder, 'user-key'), 'utf8'),
    knownHosts: knownHostsFor(host, port, publicKey),
    stop: () => ended(child, folder),
  };
}

function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin')
    .some((folder) => existsSync(join(folder, name)));
}

const isRoot = process.getuid?.() === 0;
const python = join(cache, 'python/bin/python');

export const programs: readonly Program[] = [
  ...openSshServers,
  {
    name: 'ProFTPD',
    missing: fixed.ProFTPD.isThere() ? undefined : 'proftpd-mod-crypto',
    start: startProFtpd,
  },
  {
    name: 'dropbear',
    missing: !hasCommand('dropbear') ? 'dropbear-bin' : isRoot ? undefined : 'root, for a home folder of its own',
    start: dropbear,
  },
  {
    name: 'pkg/sftp',
    missing: needs(join(cache, 'pkg-sftp'), 'Go'),
    start: () => printsItsPort(join(cache, 'pkg-sftp'), []),
  },
  {
    name: 'Apache MINA SSHD',
    missing: needs(join(cache, 'mina/classes/Server.class'), 'Java and Maven'),
    start: () => printsItsPort('java', ['-cp', `${cache}/mina/classes:${cache}/mina/libraries/*`, 'Server']),
  },
  {
    name: 'asyncssh',
    missing: needs(python, 'Python'),
    start: () => printsItsPort(python, [join(sources, 'python/asyncssh-server.py')]),
  },
  {
    name: 'paramiko',
    missing: needs(python, 'Python'),
    start: () => printsItsPort(python, [join(sources, 'python/paramiko-server.py')]),
  },
  {
    name: 'rclone serve sftp',
    missing: hasCommand('rclone') ? undefined : 'rclone',
    neverGoesOn: true,
    start: rclone,
  },
];
