/**
 * A resumable upload. Its URI is a capability: anyone who has it can write this one object for a week, with no other proof. So
 * it is kept in the state, where a later process finds it, and stands in no message and no log.
 *
 * The service stores multiples of 256 KiB only, one after the other, and makes an object of them once it learns how many bytes
 * there are. It may have stored less than was sent: then the rest is sent again.
 */
import { setTimeout } from 'node:timers/promises';
import { SyncError } from '../../base/errors.ts';
import { proxyFailure } from '../objects/agents.ts';
import type { Ask } from '../objects/web-request.ts';
import { GcsError, mayHelp } from './gcs-api.ts';

export const QUANTUM_BYTES = 256 * 1024;
const TRIES = 5;
const FIRST_WAIT_MS = 400;

export interface UploadedObject {
  readonly size: number;
  /** Base64, as the service computed it. */
  readonly crc32c: string | undefined;
}

export interface UploadSession {
  readonly uri: string;
  /** Stores a multiple of 256 KiB that begins at this offset. */
  append(offset: number, bytes: Buffer): Promise<void>;
  /** Sends the rest; the object stands there when it resolves. */
  complete(offset: number, rest: Buffer, crc32c: string | undefined): Promise<UploadedObject>;
  cancel(): Promise<void>;
}

export interface SessionOptions {
  readonly send: Ask;
  readonly uri: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export function uploadSession({ send, uri, timeoutMs, signal }: SessionOptions): UploadSession {
  const put = (range: string, body: Buffer, headers: Record<string, string> = {}) =>
    request(send, uri, { method: 'PUT', range, body, headers, timeoutMs, signal });

  /** Retries where that may help, from the byte that the service has reached. */
  async function persist(
    offset: number,
    bytes: Buffer,
    total: number | undefined,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    let from = offset;
    for (let tries = 1; ; tries++) {
      const rest = bytes.subarray(from - offset);
      const span = rest.length === 0 ? '*' : `${from}-${from + rest.length - 1}`;
      const done = total === undefined ? '*' : String(total);
      try {
        const response = await put(`bytes ${span}/${done}`, rest, headers);
        if (response.status !== 308) return response;
        const stored = storedBytes(response);
        if (total === undefined && stored >= offset + bytes.length) return response;
        if (stored < offset) throw new GcsError(410, 'the service lost what was uploaded');
        from = Math.min(stored, offset + bytes.length);
        if (tries >= TRIES) throw new GcsError(503, 'the service does not store what is sent');
      } catch (error) {
        if (signal.aborted || tries >= TRIES || !(mayHelp(error) || isUnreachable(error))) throw error;
        await setTimeout(FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random()), undefined, { signal });
        const state = await sessionState({ send, uri, timeoutMs, signal });
        if (state === undefined) throw new GcsError(410, 'the upload is gone');
        if (state.response) return state.response;
        if (state.storedBytes < offset) throw new GcsError(410, 'the service lost what was uploaded');
        from = Math.min(state.storedBytes, offset + bytes.length);
        if (total === undefined && from === offset + bytes.length) return new Response(null);
      }
    }
  }

  return {
    uri,
    async append(offset, bytes) {
      await persist(offset, bytes, undefined);
    },
    async complete(offset, rest, crc32c) {
      const headers: Record<string, string> = crc32c === undefined ? {} : { 'x-goog-hash': `crc32c=${crc32c}` };
      const response = await persist(offset, rest, offset + rest.length, headers);
      const { size, crc32c: found } = (await response.json()) as { size?: string; crc32c?: string };
      return { size: Number(size), crc32c: found };
    },
    async cancel() {
      await request(send, uri, { method: 'DELETE', timeoutMs, signal: AbortSignal.timeout(timeoutMs) }).catch(
        ignoreGone,
      );
    },
  };
}

export interface SessionState {
  readonly storedBytes: number;
  /** Where the upload is complete already. */
  readonly response: Response | undefined;
}

/** How much the service has stored; undefined where it knows no such upload any more. */
export async function sessionState(options: SessionOptions): Promise<SessionState | undefined> {
  const { send, uri, timeoutMs, signal } = options;
  try {
    const response = await request(send, uri, { method: 'PUT', range: 'bytes */*', timeoutMs, signal });
    return response.status === 308
      ? { storedBytes: storedBytes(response), response: undefined }
      : { storedBytes: 0, response };
  } catch (error) {
    if (error instanceof GcsError && [400, 404, 410, 499].includes(error.status)) return undefined;
    throw error;
  }
}

interface Request {
  readonly method: 'PUT' | 'DELETE';
  readonly range?: string;
  readonly body?: Buffer;
  readonly headers?: Record<string, string>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function request(
  send: Ask,
  uri: string,
  { method, range, body, headers, timeoutMs, signal }: Request,
): Promise<Response> {
  let response: Response;
  try {
    response = await send(uri, {
      method,
      headers: { ...headers, ...(range === undefined ? {} : { 'content-range': range }) },
      body: method === 'PUT' ? new Uint8Array(body ?? []) : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const proxy = proxyFailure(error);
    if (proxy) throw proxy;
    // The error of fetch names the URI.
    throw new SyncError('the upload broke off: the service could not be reached; run again', {
      kind: 'transient',
      reason: 'unreachable',
      cause: error instanceof Error && error.cause instanceof Error ? error.cause : undefined,
    });
  }
  if (response.ok || response.status === 308) return response;
  const said = (await response.text().catch(() => '')).slice(0, 500).replace(/\s+/g, ' ');
  throw new GcsError(response.status, said || `the service answered ${response.status}`);
}

/** `Range: bytes=0-N`, or nothing where nothing is stored. */
function storedBytes(response: Response): number {
  const [, last] = /^(?:bytes=)?\d+-(\d+)$/.exec(response.headers.get('range') ?? '') ?? [];
  return last === undefined ? 0 : Number(last) + 1;
}

function isUnreachable(error: unknown): boolean {
  return error instanceof SyncError && error.kind === 'transient';
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof GcsError)) throw error; // 499 is what a cancelled upload answers
}
