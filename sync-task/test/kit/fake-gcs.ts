/**
 * fake-gcs-server, which stands in for Google Cloud Storage, and buckets in it. It takes the question how much of a resumable
 * upload is stored for the upload's end, so a proxy before it answers that as the service does.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { metadataOf } from '../../src/storage/objects/metadata.ts';
import type { Ground } from '../contract/storage.ts';
import { type GuardedServer, startGuarded } from './guarded-server.ts';
import { fakeGcs as program } from './programs.ts';

export interface FakeGcs extends GuardedServer {
  readonly url: string;
  /** What a command needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  newBucket(): Promise<string>;
  ground(bucket: string, prefix: string): Ground;
}

export async function startFakeGcs(): Promise<FakeGcs> {
  let behind = '';
  /** Bytes stored, by the URI of the upload. */
  const stored = new Map<string, number>();
  const proxy = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = request.url ?? '';
    if (request.headers['content-range'] === 'bytes */*') {
      const bytes = stored.get(path);
      if (bytes === undefined) response.writeHead(404).end();
      else response.writeHead(308, bytes === 0 ? {} : { range: `bytes=0-${bytes - 1}` }).end();
      return;
    }
    const { connection: _, host: __, 'content-length': ___, ...headers } = request.headers;
    const passed = await fetch(behind + path, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(request.method === 'GET' ? {} : { body }),
    });
    const begun = passed.headers.get('location');
    if (begun) stored.set(new URL(begun).pathname + new URL(begun).search, 0);
    const [, last] = /-(\d+)$/.exec(passed.headers.get('range') ?? '') ?? [];
    if (passed.status === 308 && last !== undefined) stored.set(path, Number(last) + 1);
    else stored.delete(path);
    const content = Buffer.from(await passed.arrayBuffer());
    const kept = [...passed.headers].filter(([name]) => !/^(content-length|content-encoding|transfer-)/.test(name));
    // It names itself there, by the host it was asked for.
    const here = `http://${request.headers.host}`;
    const location = begun ? { location: begun.replace(behind, here).replace(url, here) } : {};
    response.writeHead(passed.status, { ...Object.fromEntries(kept), ...location }).end(content);
  }

  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const server = await startGuarded((port) => [
    program,
    ...['-scheme', 'http', '-backend', 'memory', '-host', '127.0.0.1', '-log-level', 'error'],
    ...['-port', String(port), '-external-url', url, '-public-host', new URL(url).host],
  ]);
  behind = `http://127.0.0.1:${server.port}`;
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
    async stop() {
      proxy.closeAllConnections();
      proxy.close();
      await server.stop();
    },
  };
}

async function ask(url: string, options: RequestInit = {}): Promise<Response> {
  // A connection that is used again may have ended meanwhile.
  const response = await fetch(url, options).catch(() => fetch(url, options));
  if (response.ok || response.status === 404) return response;
  throw new Error(`${options.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
}

interface Listing {
  readonly items?: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
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
      const names: string[] = [];
      for (let page: string | undefined = ''; page !== undefined; ) {
        const response = await ask(`${objects}?prefix=${encodeURIComponent(prefix)}&pageToken=${page}`);
        const { items = [], nextPageToken } = (await response.json()) as Listing;
        names.push(...items.map(({ name }) => name.slice(prefix.length)));
        page = nextPageToken || undefined;
      }
      return names.sort();
    },
  };
}
