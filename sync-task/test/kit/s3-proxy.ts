/** Stands before an S3 service: counts what is asked of it, and answers, hangs or breaks off as told. */
import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  /** By the name that S3 gives it: `UploadPart`. */
  readonly operation: string;
  readonly path: string;
  /** Number of the part, of an upload of one. */
  readonly part: number | undefined;
  readonly headers: IncomingMessage['headers'];
  /** Undefined until it is answered. */
  status: number | undefined;
}

/**
 * An error of S3, an answer of our own, no answer at all, one that is lost behind the work, or one that is cut off amid its body.
 * Undefined: the service answers.
 */
export type Fault =
  | { readonly status: number; readonly code: string }
  | { readonly body: string }
  | 'hang'
  | 'lose'
  | 'cut'
  | undefined;

export interface S3Proxy {
  readonly endpoint: string;
  readonly requests: readonly SeenRequest[];
  /** Asked for each request before it goes on. */
  fault: (request: SeenRequest) => Fault;
  /** How many were answered well, by operation. */
  count(operation: string): number;
  stop(): Promise<void>;
}

export async function startS3Proxy(target: string): Promise<S3Proxy> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const seen = describe(incoming);
    requests.push(seen);
    const fault = proxy.fault(seen);
    if (fault === 'hang') incoming.resume();
    else if (fault === 'lose' || fault === 'cut' || fault === undefined) pass(incoming, outgoing, seen, fault);
    else if ('body' in fault) answer(incoming, outgoing, seen, 200, fault.body);
    else answer(incoming, outgoing, seen, fault.status, errorOf(fault.code));
  });

  function pass(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    seen: SeenRequest,
    fault: 'lose' | 'cut' | undefined,
  ): void {
    const { expect: _, ...headers } = incoming.headers;
    const onward = forward(target, { method: incoming.method, path: incoming.url, headers }, (answer) => {
      seen.status = answer.statusCode;
      if (fault === 'lose') {
        answer.resume().once('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault === 'cut') {
        answer.once('data', (piece) => outgoing.write(piece.subarray(0, 1), () => outgoing.destroy()));
        return;
      }
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.on('error', () => onward.destroy());
    outgoing.on('error', () => onward.destroy());
    incoming.pipe(onward);
  }

  function answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    seen: SeenRequest,
    status: number,
    body: string,
  ): void {
    seen.status = status;
    incoming.resume();
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: () => undefined,
    count: (operation) => requests.filter((each) => each.operation === operation && each.status === 200).length,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

function errorOf(code: string): string {
  return `<Error><Code>${code}</Code><Message>as told</Message></Error>`;
}

function describe({ method, url = '', headers }: IncomingMessage): SeenRequest {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const part = searchParams.get('partNumber');
  const seen = { path: decodeURIComponent(pathname), part: part === null ? undefined : Number(part), headers };
  return { ...seen, operation: operationOf(method ?? '', searchParams, headers), status: undefined };
}

function operationOf(method: string, search: URLSearchParams, headers: IncomingMessage['headers']): string {
  const copies = headers['x-amz-copy-source'] === undefined ? '' : 'Copy';
  if (search.has('partNumber') && method === 'PUT') return `UploadPart${copies}`;
  if (search.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'ListMultipartUploads';
  if (search.has('uploadId')) {
    return { POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method] ?? 'ListParts';
  }
  if (search.has('list-type')) return 'ListObjectsV2';
  if (method === 'PUT' && copies) return 'CopyObject';
  return `${{ GET: 'Get', PUT: 'Put', HEAD: 'Head', DELETE: 'Delete' }[method] ?? method}Object`;
}
