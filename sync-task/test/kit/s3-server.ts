/**
 * A real S3 service on a free loopback port: versitygw, which scripts/test-servers.sh builds (VERSITYGW names another
 * one). Its buckets are folders of this machine, so that tests see what stands there without asking it.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { versitygw as program } from './programs.ts';

export interface S3Server {
  readonly endpoint: string;
  /** The folder of the buckets; a new folder in it is a new bucket. */
  readonly folder: string;
  /** What a process needs to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface S3ServerOptions {
  /** Keep older versions of objects. */
  readonly versioned?: boolean;
}

export async function startS3Server({ versioned = false }: S3ServerOptions = {}): Promise<S3Server> {
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
