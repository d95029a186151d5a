/**
 * A real S3 service on a free loopback port: versitygw, built once from Go's module proxy into `.cache/servers` (VERSITYGW
 * names another one). Its buckets are folders of this machine, so that tests see what stands there without asking it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const cache = join(import.meta.dirname, '../../../.cache/servers');

export interface S3Server {
  readonly endpoint: string;
  /** The folder of the buckets; a new folder in it is a new bucket. */
  readonly folder: string;
  /** What a process needs to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Throws where it can neither be found nor be built: nothing is left out without a word. */
export async function findVersitygw(): Promise<string> {
  const given = process.env['VERSITYGW'];
  if (given) return given;
  const built = join(cache, 'versitygw');
  if (existsSync(built)) return built;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'build-'));
  try {
    console.log(`building ${MODULE} (once, some minutes)`);
    execFileSync('go', ['install', MODULE], {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await rename(join(folder, 'versitygw'), built);
    return built;
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    const why = stderr?.toString().trim().split('\n').at(-1) || message;
    throw new Error(`the tests of S3 need versitygw: install Go, or name the program in VERSITYGW (${why})`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface S3ServerOptions {
  /** Keep older versions of objects. */
  readonly versioned?: boolean;
}

export async function startS3Server({ versioned = false }: S3ServerOptions = {}): Promise<S3Server> {
  const program = await findVersitygw();
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-s3-'));
  const folder = join(parent, 'buckets');
  const versions = join(parent, 'versions');
  for (const each of [folder, versions]) await mkdir(each);
  const port = await freePort();
  const [access, secret] = [`test${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
  const versioning = versioned ? ['--versioning-dir', versions] : [];
  const daemon = spawn(program, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', ...versioning, folder], {
    env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  createInterface(daemon.stderr).on('line', (line) => said.push(line));
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  const server: S3Server = {
    endpoint,
    folder,
    environment: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: access,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: 'us-east-1',
    },
    async stop() {
      daemon.kill();
      await ended;
      await rm(parent, { recursive: true, force: true });
    },
  };
  for (let tries = 0; !(await answers(endpoint)); tries++) {
    if (daemon.exitCode !== null || tries > 600) {
      await server.stop();
      throw new Error(`versitygw did not start: ${said.join(' ')}`);
    }
    await setTimeout(50);
  }
  return server;
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
