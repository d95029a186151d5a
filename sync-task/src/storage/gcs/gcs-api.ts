/**
 * The few requests of the JSON API that a storage needs. Google's own library finds out who we are (a key file, workload
 * identity, an attached service account) and renews tokens; the requests are plain ones, which can be aborted and end in
 * one error. Each is tried again where that may help and does no harm.
 */
import { setTimeout } from 'node:timers/promises';
import { proxyFailure } from '../objects/agents.ts';
import { isNetworkError } from '../objects/service-error.ts';
import type { Ask } from '../objects/web-request.ts';
import type { TokenSource } from './gcs-auth.ts';

const PUBLIC_ENDPOINT = 'https://storage.googleapis.com';
const TRIES = 4;
const FIRST_WAIT_MS = 400;
const PAGE_OBJECTS = 1000;

/** The service's answer where it is no success. The message is what it said, in one line. */
export class GcsError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'GcsError';
    this.status = status;
  }
}

interface Content {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
}

export interface GcsObject extends Content {
  readonly name: string;
  readonly size?: string;
  readonly generation?: string;
  readonly updated?: string;
  readonly timeCreated?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface NewObject extends Content {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly crc32c?: string;
}

export interface GcsApi {
  list(prefix: string, pageToken: string | undefined, signal: AbortSignal): Promise<ObjectPage>;
  /** Undefined where the object is not there. */
  describe(name: string, signal?: AbortSignal): Promise<GcsObject | undefined>;
  /** Of that generation alone. */
  download(name: string, generation: string, start: number, bytes: number, signal: AbortSignal): Promise<Buffer>;
  /** Writes an object where that generation stands, '0' for none; the service compares the CRC32C. */
  insert(object: NewObject, content: Buffer, generation: string): Promise<GcsObject>;
  /** Begins a resumable upload; returns its URI. */
  beginUpload(object: NewObject, generation: string, signal: AbortSignal): Promise<string>;
  remove(name: string): Promise<void>;
}

export interface ObjectPage {
  readonly items: readonly GcsObject[];
  readonly nextPageToken: string | undefined;
  /** The service's clock. */
  readonly dateMs: number | undefined;
}

export interface ApiOptions {
  readonly send: Ask;
  readonly bucket: string;
  /** Undefined: nothing is proved, as an emulator wants it. */
  readonly auth: TokenSource | undefined;
  /** As `STORAGE_EMULATOR_HOST` has it. */
  readonly emulator: string | undefined;
  readonly timeoutMs: number;
}

export function gcsApi({ send, bucket, auth, emulator, timeoutMs }: ApiOptions): GcsApi {
  const endpoint = emulator ? emulatorUrl(emulator) : PUBLIC_ENDPOINT;
  const objects = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const objectUrl = (name: string) => `${objects}/${encodeURIComponent(name)}`;

  async function once(path: string, { signal, ...options }: RequestOptions): Promise<Response> {
    const url = `${endpoint}${path}`;
    const headers = new Headers(await auth?.getRequestHeaders(url));
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
    const response = await send(url, {
      ...options,
      headers,
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    });
    if (response.ok) return response;
    throw new GcsError(response.status, saidIn(await response.text().catch(() => '')));
  }

  async function ask<Value>(
    path: string,
    options: RequestOptions,
    read: (response: Response) => Promise<Value>,
  ): Promise<Value> {
    for (let tries = 1; ; tries++) {
      try {
        return await read(await once(path, options)); // an answer may break off, too
      } catch (error) {
        if (options.signal?.aborted || tries >= TRIES || !mayHelp(error)) throw error;
        await setTimeout(FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random()));
      }
    }
  }
  const json = async <Value>(response: Response) => (await response.json()) as Value;

  return {
    list(prefix, pageToken, signal) {
      const query = new URLSearchParams({ prefix, maxResults: String(PAGE_OBJECTS), ...(pageToken && { pageToken }) });
      return ask(`${objects}?${query}`, { signal }, async (response) => {
        const page = await json<{ items?: GcsObject[]; nextPageToken?: string }>(response);
        const dateMs = Date.parse(response.headers.get('date') ?? '');
        return {
          items: page.items ?? [],
          nextPageToken: page.nextPageToken || undefined,
          dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
        };
      });
    },

    async describe(name, signal) {
      try {
        return await ask(objectUrl(name), { signal }, json<GcsObject>);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    download(name, generation, start, bytes, signal) {
      const headers = { range: `bytes=${start}-${start + bytes - 1}`, 'accept-encoding': 'gzip' };
      const path = `${objectUrl(name)}?alt=media&generation=${generation}`;
      return ask(path, { headers, signal }, async (response) => Buffer.from(await response.arrayBuffer()));
    },

    insert(object, content, generation) {
      const border = `sync-task-${crypto.randomUUID()}`;
      const body = Buffer.concat([
        Buffer.from(`--${border}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(object)}\r\n`),
        Buffer.from(`--${border}\r\ncontent-type: ${typeOf(object)}\r\n\r\n`),
        content,
        Buffer.from(`\r\n--${border}--\r\n`),
      ]);
      const headers = { 'content-type': `multipart/related; boundary=${border}` };
      const path = `/upload${objects}?uploadType=multipart&ifGenerationMatch=${generation}`;
      return ask(path, { method: 'POST', headers, body }, json<GcsObject>);
    },

    beginUpload(object, generation, signal) {
      const headers = {
        'content-type': 'application/json',
        'x-upload-content-type': typeOf(object),
      };
      const path = `/upload${objects}?uploadType=resumable&ifGenerationMatch=${generation}`;
      return ask(path, { method: 'POST', headers, body: JSON.stringify(object), signal }, async (response) => {
        const uri = response.headers.get('location');
        if (uri === null) throw new GcsError(502, 'the service began an upload without saying where');
        return uri;
      });
    },

    async remove(name) {
      await ask(objectUrl(name), { method: 'DELETE' }, async () => undefined);
    },
  };
}

function typeOf({ contentType = 'application/octet-stream' }: NewObject): string {
  return contentType;
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer<ArrayBuffer> | string;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the object is not there; a bucket that is missing is an error. */
export function isMissing(error: unknown): boolean {
  return error instanceof GcsError && error.status === 404 && !/bucket does not exist/i.test(error.message);
}

function emulatorUrl(host: string): string {
  return (/^https?:/.test(host) ? host : `http://${host}`).replace(/\/+$/, '');
}

/** The message and reason of an error in JSON, or the text. */
function saidIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; errors?: { reason?: string }[] } };
    return [error?.message, error?.errors?.[0]?.reason].filter(Boolean).join(': ').replace(/\s+/g, ' ');
  } catch {
    return text.slice(0, 300).replace(/\s+/g, ' ');
  }
}

export function mayHelp(error: unknown): boolean {
  if (error instanceof GcsError) return error.status === 408 || error.status === 429 || error.status >= 500;
  if (proxyFailure(error)) return false; // the file's own tries are enough
  return (
    error instanceof TypeError ||
    isNetworkError(error) ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  ); // as fetch fails
}
