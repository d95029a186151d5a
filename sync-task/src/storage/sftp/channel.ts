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
  /** READ into this memory: how many bytes came, possibly less than it holds; 0 at the end of the file. */
  read(handle: Buffer, offset: number, into: Uint8Array): Promise<number>;
  /** WRITE. The bytes have been taken when it returns. */
  write(handle: Buffer, offset: number, bytes: Uint8Array): Promise<void>;
  /** `copy-data` (draft-ietf-secsh-filexfer-extensions-00 section 7): so many bytes, more than 0, to the same place in another file. */
  copyData(from: Buffer, to: Buffer, offset: number, bytes: number): Promise<void>;
}

interface Pending {
  readonly bytes: number;
  /** Where the answer to READ goes, and how much of it came. */
  readonly into: Uint8Array | undefined;
  got: number;
  resolve(reply: { type: number; payload: Buffer }): void;
  reject(error: Error): void;
}

const LARGEST_ID = 0xffffffff;
const NOTHING = Buffer.alloc(0);

/**
 * Speaks SFTP on the stream. Resolves when the server has said its version. Every request fails with a `transient`
 * SyncError when the stream ends, or when requests wait and nothing is heard for `idleTimeoutMs`. The stream's bytes are not
 * looked at again once its 'data' listeners have returned.
 */
export async function openSftpChannel(
  stream: Duplex,
  label: string,
  idleTimeoutMs: number,
  takesNow: (bytes: number) => boolean = () => false,
): Promise<SftpChannel> {
  const pending = new Map<number, Pending>();
  const out = outbox(stream, takesNow);
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
      const waiting = pending.get(id);
      if (waiting?.into) {
        if (waiting.got + piece.length > waiting.into.length) throw new RangeError('more data than asked for');
        waiting.into.set(piece, waiting.got);
        waiting.got += piece.length;
      }
      if (last) settle(id)?.resolve({ type: reply.data, payload: NOTHING });
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

  interface Question {
    /** Counted as in flight. */
    readonly bytes?: number;
    readonly into?: Uint8Array;
    readonly content?: Uint8Array;
  }
  function ask(type: number, fields: readonly Field[], { bytes = 0, into, content }: Question = {}) {
    return new Promise<{ type: number; payload: Buffer; got: number }>((resolve, reject) => {
      if (failure) return reject(failure);
      if (pending.size === 0) lastHeardMs = performance.now();
      const id = nextId;
      nextId = nextId === LARGEST_ID ? 1 : nextId + 1;
      const waiting: Pending = {
        bytes,
        into,
        got: 0,
        reject,
        resolve: ({ type: answer, payload }) => {
          if (answer !== reply.status) {
            // What the socket is read into is used again.
            return resolve({ type: answer, payload: Buffer.from(payload), got: waiting.got });
          }
          try {
            const reader = fieldReader(payload);
            const code = reader.uint32();
            if (code === status.ok) return resolve({ type: answer, payload: NOTHING, got: 0 });
            reject(new SftpStatus(code, reader.left > 4 ? reader.bytes().toString() : ''));
          } catch (error) {
            reject(noSftp('an answer that is cut short', error)); // it waits no more: the channel's end would not reach it
            throw error;
          }
        },
      };
      pending.set(id, waiting);
      bytesInFlight += bytes;
      out.send(encodePacket(type, id, fields, content?.length), content);
    });
  }

  async function expect(wanted: number, type: number, fields: readonly Field[], question?: Question) {
    const answer = await ask(type, fields, question);
    if (answer.type === wanted) return answer;
    throw noSftp(`answer ${answer.type} to request ${type}`);
  }

  const noSftp = (what: string, cause?: unknown) =>
    new SyncError(`${label}: ${what}, which is no SFTP`, { kind: 'permanent', reason: 'protocol', cause });

  /** Takes the fields of an answer; one that is shorter than it says is the server's fault. */
  function take<T>({ payload }: { readonly payload: Buffer }, fields: (reader: FieldReader) => T): T {
    try {
      return fields(fieldReader(payload));
    } catch (error) {
      throw error instanceof RangeError ? noSftp('an answer that is cut short', error) : error;
    }
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
      return take(await expect(reply.handle, type, fields), (reader) => reader.bytes());
    },
    async attributes(type, fields) {
      return take(await expect(reply.attrs, type, fields), (reader) => reader.attributes());
    },
    async page(handle) {
      const answer = await expect(reply.name, request.readdir, [handle]).catch(atEnd);
      return answer && take(answer, readPage);
    },
    async realpath(path) {
      return take(await expect(reply.name, request.realpath, [path]), (reader) => {
        reader.uint32();
        return reader.bytes();
      });
    },
    async extended(name, fields) {
      const answer = await ask(request.extended, [Buffer.from(name), ...fields]);
      return fieldReader(answer.payload);
    },
    async read(handle, offset, into) {
      const fields = [handle, BigInt(offset), into.length];
      const answer = await expect(reply.data, request.read, fields, { bytes: into.length, into }).catch(atEnd);
      return answer?.got ?? 0;
    },
    async write(handle, offset, bytes) {
      await ask(request.write, [handle, BigInt(offset), bytes.length], { bytes: bytes.length, content: bytes });
    },
    async copyData(from, to, offset, bytes) {
      const fields = [Buffer.from('copy-data'), from, BigInt(offset), BigInt(bytes), to, BigInt(offset)];
      await ask(request.extended, fields, { bytes });
    },
  };
}

function readPage(reader: FieldReader): readonly DirectoryPage[] {
  const page: DirectoryPage[] = [];
  for (let count = reader.uint32(); count > 0; count--) {
    const name = reader.bytes();
    reader.bytes(); // the "ls -l" line, for people
    page.push({ name, attributes: reader.attributes() });
  }
  return page;
}
