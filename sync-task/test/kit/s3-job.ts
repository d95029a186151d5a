/** A service with a counting proxy before it, and jobs of the command to and from it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Environment } from './folders.ts';
import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { type S3Server, type S3ServerOptions, startS3Server } from './s3-server.ts';

export interface S3Place {
  readonly server: S3Server;
  readonly proxy: S3Proxy;
  /** Of the prefix, on local disk. */
  readonly root: string;
  /** Settings for the one side or the other; the access is the proxy's. */
  readonly as: (role: 'SOURCE' | 'TARGET') => Environment;
}

/** A new service with one bucket, ended with the test. */
export async function newS3Place(t: ExecutionContext, options: S3ServerOptions = {}): Promise<S3Place> {
  const server = await startS3Server(options);
  const proxy = await startS3Proxy(server.endpoint);
  t.teardown(async () => {
    await proxy.stop();
    await server.stop();
  });
  const root = join(server.folder, 'feed', 'in');
  await mkdir(root, { recursive: true });
  const as = (role: 'SOURCE' | 'TARGET') => ({
    [`SYNC_TASK_${role}`]: 's3://feed/in',
    ...Object.fromEntries(
      Object.entries({ ...server.environment, AWS_ENDPOINT_URL_S3: proxy.endpoint }).map(([name, value]) => [
        `SYNC_TASK_${role}_${name}`,
        value,
      ]),
    ),
  });
  return { server, proxy, root, as };
}
