/** fake-gcs-server, which stands in for Google Cloud Storage, and buckets in it. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { metadataOf } from '../../src/storage/objects/metadata.ts';
import type { Ground } from '../contract/storage.ts';
import { type GuardedServer, serversFolder, startGuarded } from './guarded-server.ts';

const program = join(serversFolder, 'fake-gcs-server');

/** Known at once, because ava wants tests declared synchronously. */
export const fakeGcsIsThere = existsSync(program);
export const fakeGcsIsMissing = 'fake-gcs-server is not installed: run scripts/test-servers.sh to test against it';

export interface FakeGcs extends GuardedServer {
  readonly url: string;
  /** What a command needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  newBucket(): Promise<string>;
  ground(bucket: string, prefix: string): Ground;
}

export async function startFakeGcs(): Promise<FakeGcs> {
  const server = await startGuarded((port) => [
    program,
    ...['-scheme', 'http', '-backend', 'memory', '-host', '127.0.0.1', '-log-level', 'error'],
    ...['-port', String(port), '-external-url', `http://127.0.0.1:${port}`, '-public-host', `127.0.0.1:${port}`],
  ]);
  const url = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    url,
    environment: { STORAGE_EMULATOR_HOST: url },
    async newBucket() {
      const name = `test-${randomBytes(6).toString('hex')}`;
      await ask(`${url}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name }) });
      return name;
    },
    ground: (bucket, prefix) => ground(url, bucket, prefix),
  };
}

async function ask(url: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, options);
  if (response.ok || response.status === 404) return response;
  throw new Error(`${options.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
}

function ground(url: string, bucket: string, prefix: string): Ground {
  const objects = `${url}/storage/v1/b/${bucket}/o`;
  const object = (path: string) => `${objects}/${encodeURIComponent(prefix + path)}`;
  return {
    refuses: /[\r\n]/,
    async put(path, content, mtimeMs) {
      const { synctaskdraft: _, ...metadata } = metadataOf({ mtimeMs, draft: '' });
      const border = randomBytes(16).toString('hex');
      const head = JSON.stringify({ name: prefix + path, metadata });
      const body = Buffer.concat([
        Buffer.from(`--${border}\r\ncontent-type: application/json\r\n\r\n${head}\r\n--${border}\r\n\r\n`),
        content,
        Buffer.from(`\r\n--${border}--\r\n`),
      ]);
      await ask(`${url}/upload/storage/v1/b/${bucket}/o?uploadType=multipart`, {
        method: 'POST',
        headers: { 'content-type': `multipart/related; boundary=${border}` },
        body,
      });
    },
    async get(path) {
      const response = await ask(`${object(path)}?alt=media`);
      return response.status === 404 ? undefined : Buffer.from(await response.arrayBuffer());
    },
    async remove(path) {
      await ask(object(path), { method: 'DELETE' });
    },
    async names() {
      const response = await ask(`${objects}?prefix=${encodeURIComponent(prefix)}`);
      const { items = [] } = (await response.json()) as { items?: { name: string }[] };
      return items.map(({ name }) => name.slice(prefix.length)).sort();
    },
  };
}
