/**
 * `fetch` through agents of our own. Bodies arrive as they are stored: nothing is decompressed, and no redirect is followed. A
 * failure is the `TypeError` that fetch throws, with its cause.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import type { Agents } from './agents.ts';

export interface WebRequest {
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | URLSearchParams | null;
  readonly signal?: AbortSignal;
}

export type Ask = (url: string, request?: WebRequest) => Promise<Response>;

export function webRequests(agents: Agents): Ask {
  return (url, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const https = url.startsWith('https:');
      const sent = new Headers(headers as Record<string, string>);
      if (body instanceof URLSearchParams) sent.set('content-type', 'application/x-www-form-urlencoded');
      const bytes =
        body === null || body === undefined
          ? undefined
          : Buffer.from(body instanceof URLSearchParams ? String(body) : (body as string));
      if (bytes || method !== 'GET') sent.set('content-length', String(bytes?.length ?? 0));
      const fail = (error: Error) =>
        reject(signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause: error }));
      const asked = (https ? requestHttps : requestHttp)(url, {
        method,
        headers: Object.fromEntries(sent),
        agent: https ? agents.https : agents.http,
        ...(signal ? { signal } : {}),
      });
      asked.on('error', fail);
      asked.once('response', (answer) => {
        const told = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value) => [name, value] as [string, string]),
        );
        const status = answer.statusCode ?? 502;
        const bare = status === 204 || status === 304 || method === 'HEAD';
        if (bare) answer.resume();
        const content = bare ? null : (Readable.toWeb(answer) as ReadableStream);
        resolve(new Response(content, { status, headers: told }));
      });
      asked.end(bytes);
    });
}
