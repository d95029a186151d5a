/** An S3 service on loopback (versitygw), whose buckets are the folders of one folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { host } from './peers/peer.ts';

export interface BucketServer extends AsyncDisposable {
  readonly pid: number;
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

const START_MS = 20_000;

/** Throws if it does not start. */
export async function startBucketServer(program: string, folder: string): Promise<BucketServer> {
  const port = await freePort();
  const [accessKey, secretKey] = ['benchmark', 'benchmark-secret'];
  const daemon = spawn(program, ['--port', `${host}:${port}`, '--keep-alive', '--quiet', 'posix', folder], {
    env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    stdio: 'ignore',
  });
  const exited = once(daemon, 'exit');
  const endpoint = `http://${host}:${port}`;
  for (const untilMs = performance.now() + START_MS; !(await answers(endpoint)); await setTimeout(50)) {
    if (daemon.exitCode !== null || performance.now() > untilMs) throw new Error('versitygw did not start');
  }
  return {
    pid: daemon.pid as number,
    endpoint,
    accessKey,
    secretKey,
    async [Symbol.asyncDispose]() {
      daemon.kill();
      await exited;
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer();
    return true;
  } catch {
    return false; // not yet
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
