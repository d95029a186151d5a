/**
 * An SFTP version 3 client over one byte stream: any number of requests in flight, answers in any order.
 *
 * Requests made in the same turn of the event loop leave together (`outbox`), so that opening, reading and closing
 * hundreds of small files costs few SSH packets. ssh2's own SFTP client is not used: it decodes names as UTF-8 (which
 * mangles others), reassembles what it read, and sends every request as a packet of its own. Nothing here bounds what is
 * in flight: callers take from a byte budget first.
 */
import type { Duplex } from 'node:stream';
import { SyncError } from '../../errors.ts';
import { outbox } from './outbox.ts';
import {
  type Attributes,
  encodePacket,
  type Field,
  type FieldReader,
  fieldReader,
  reply,
  request,
  status,
} from './packet.ts';
import { replyParser } from './reply-parser.ts';

/** What the server said instead of doing it. */
export class SftpStatus extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message || `status ${code}`);
    this.name = 'SftpStatus';
    this.code = code;
  }
}

export interface DirectoryPage {
  readonly name: Buffer;
  readonly attributes: Attributes;
}

export interface SftpChannel {
  /** Name → data, as the server announced them. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Requested or sent bytes whose answer has not come: the measure of how busy this channel is. */
  readonly bytesInFlight: number;
  /** Why it ended, once it has. */
  readonly failure: Error | undefined;
  /** Any request whose success is a plain OK. */
  command(type: number, fields: readonly Field[]): Promise<void>;
  /** OPEN and OPENDIR. */
  handle(type: number, fields: readonly Field[]): Promise<Buffer>;
  /** LSTAT, STAT and FSTAT. */
  attributes(type: number, fields: readonly Field[]): Promise<Attributes>;
  /** READDIR; undefined at the end. */
  page(handle: Buffer): Promise<readonly DirectoryPage[] | undefined>;
  realpath(path: Buffer): Promise<Buffer>;
  extended(name: string, fields: readonly Field[]): Promise<FieldReader>;
  /** READ: what came, in pieces, possibly less than asked; undefined at the end of the file. */
  read(handle: Buffer, offset: number, length: number): Promise<Buffer[] | undefined>;
  /** WRITE of pieces that together are `length` bytes; they are not copied where they are large. */
  write(handle: Buffer, offset: number, pieces: readonly Uint8Array[], length: number): Promise<void>;
}

interface Pending {
  readonly bytes: number;
  readonly pieces: Buffer[] | undefined;
  resolve(reply: { type: number; payload: Buffer }): void;
  reject(error: Error): void;
}

const LARGEST_ID = 0xffffffff;

/**
 * Speaks SFTP on the stream. Resolves when the server has said its version. Every request fails with a `transient`
 * SyncError when the stream ends, or when requests wait and nothing is heard for `idleTimeoutMs`.
 */
export async function openSftpChannel(stream: Duplex, label: string, idleTimeoutMs: number): Promise<SftpChannel> {
  const pending = new Map<number, Pending>();
  const out = outbox(stream);
  const extensions = new Map<string, string>();
  let nextId = 1;
  let bytesInFlight = 0;
  let lastHeardMs = performance.now();
  let failure: Error | undefined;
  const version = Promise.withResolvers<void>();

  function fail(error: Error): void {
    if (failure) return;
    failure = error;
    clearInterval(watchdog);
    version.reject(error);
    for (const waiting of pending.values()) waiting.reject(error);
    pending.clear();
    bytesInFlight = 0;
    stream.destroy();
  }
  const lost = (what: string, cause?: unknown) =>
    new SyncError(`${label}: ${what}; check the network and the server, then run again`, {
      kind: 'transient',
      reason: 'connection-lost',
      cause,
    });
  const watchdog = setInterval(
    () => {
      if (pending.size === 0) lastHeardMs = performance.now();
      else if (performance.now() - lastHeardMs > idleTimeoutMs) {
        fail(lost(`no answer for ${Math.round(idleTimeoutMs / 1000)} s`));
      }
    },
    Math.min(idleTimeoutMs / 4, 5000),
  ).unref();

  function settle(id: number): Pending | undefined {
    const waiting = pending.get(id);
    if (waiting) {
      pending.delete(id);
      bytesInFlight -= waiting.bytes;
    }
    return waiting;
  }

  const parse = replyParser({
    onReply(type, id, payload) {
      if (type === reply.version) {
        const reader = fieldReader(payload);
        reader.uint32();
        while (reader.left > 0) {
          const name = reader.bytes().toString();
          extensions.set(name, reader.left > 0 ? reader.bytes().toString('latin1') : '');
        }
        version.resolve();
      } else settle(id)?.resolve({ type, payload });
    },
    onData(id, piece, last) {
      if (piece.length > 0) pending.get(id)?.pieces?.push(piece);
      if (last) settle(id)?.resolve({ type: reply.data, payload: piece });
    },
  });

  stream.on('data', (bytes: Buffer) => {
    lastHeardMs = performance.now();
    try {
      parse(bytes);
    } catch (error) {
      fail(
        new SyncError(`${label}: the server's answer is no SFTP; is the subsystem a shell that prints a banner?`, {
          kind: 'permanent',
          reason: 'protocol',
          cause: error,
        }),
      );
    }
  });
  stream.on('error', (error: Error) => fail(lost('the connection broke', error)));
  stream.on('end', () => fail(lost('the server ended the session')));
  stream.on('close', () => fail(lost('the connection was closed')));

  function ask(type: number, fields: readonly Field[], bytes = 0, data?: readonly Uint8Array[], dataBytes = 0) {
    return new Promise<{ type: number; payload: Buffer; pieces: Buffer[] }>((resolve, reject) => {
      if (failure) return reject(failure);
      if (pending.size === 0) lastHeardMs = performance.now();
      const id = nextId;
      nextId = nextId === LARGEST_ID ? 1 : nextId + 1;
      const pieces: Buffer[] = [];
      pending.set(id, {
        bytes,
        pieces: type === request.read ? pieces : undefined,
        reject,
        resolve: ({ type: answer, payload }) => {
          if (answer !== reply.status) return resolve({ type: answer, payload, pieces });
          const reader = fieldReader(payload);
          const code = reader.uint32();
          if (code === status.ok) return resolve({ type: answer, payload, pieces });
          reject(new SftpStatus(code, reader.left > 4 ? reader.bytes().toString() : ''));
        },
      });
      bytesInFlight += bytes;
      out.send(encodePacket(type, id, fields, dataBytes), data);
    });
  }

  async function expect(wanted: number, type: number, fields: readonly Field[], bytes = 0) {
    const answer = await ask(type, fields, bytes);
    if (answer.type === wanted) return answer;
    throw new SyncError(`${label}: answer ${answer.type} to request ${type}, which is no SFTP`, {
      kind: 'permanent',
      reason: 'protocol',
    });
  }

  const atEnd = (error: unknown): undefined => {
    if (error instanceof SftpStatus && error.code === status.eof) return undefined;
    throw error;
  };

  out.send(encodePacket(request.init, undefined, [3]));
  // A server that never answers INIT has no pending request: the version itself is waited for no longer than the rest.
  const timer = setTimeout(() => fail(lost('no SFTP version from the server')), idleTimeoutMs);
  try {
    await version.promise;
  } finally {
    clearTimeout(timer);
  }

  return {
    extensions,
    get bytesInFlight() {
      return bytesInFlight;
    },
    get failure() {
      return failure;
    },
    async command(type, fields) {
      await expect(reply.status, type, fields);
    },
    async handle(type, fields) {
      return fieldReader((await expect(reply.handle, type, fields)).payload).bytes();
    },
    async attributes(type, fields) {
      return fieldReader((await expect(reply.attrs, type, fields)).payload).attributes();
    },
    async page(handle) {
      const answer = await expect(reply.name, request.readdir, [handle]).catch(atEnd);
      if (!answer) return undefined;
      const reader = fieldReader(answer.payload);
      const page: DirectoryPage[] = [];
      for (let count = reader.uint32(); count > 0; count--) {
        const name = reader.bytes();
        reader.bytes(); // the "ls -l" line, for people
        page.push({ name, attributes: reader.attributes() });
      }
      return page;
    },
    async realpath(path) {
      const reader = fieldReader((await expect(reply.name, request.realpath, [path])).payload);
      reader.uint32();
      return reader.bytes();
    },
    async extended(name, fields) {
      const answer = await ask(request.extended, [Buffer.from(name), ...fields]);
      return fieldReader(answer.payload);
    },
    async read(handle, offset, length) {
      const answer = await expect(reply.data, request.read, [handle, BigInt(offset), length], length).catch(atEnd);
      return answer?.pieces;
    },
    async write(handle, offset, pieces, length) {
      await ask(request.write, [handle, BigInt(offset), length], length, pieces, length);
    },
  };
}
