/**
 * Requests over one byte stream of SFTP version 3, any number in flight, and their answers, in any order.
 *
 * Requests made in the same turn of the event loop leave together (`outbox`), so that opening, reading and closing
 * hundreds of small files costs few SSH packets. ssh2's own SFTP client is not used: it decodes names as UTF-8 (which
 * mangles others), reassembles what it read, and sends every request as a packet of its own. Nothing here bounds what is
 * in flight: callers take from a byte budget first.
 */
import type { Duplex } from 'node:stream';
import { SyncError } from '../../../base/errors.ts';
import { outbox } from './outbox.ts';
import { encodePacket, type Field, FieldReader, reply, request, status } from './packet.ts';
import { replyParser } from './reply-parser.ts';
import { SftpStatus } from './sftp-errors.ts';

export interface Question {
  /** Counted as in flight. */
  readonly bytes?: number;
  /** Where the answer to READ goes. */
  readonly into?: Uint8Array;
  /** What follows the fields of WRITE; it has been taken when `ask` returns. */
  readonly content?: Uint8Array;
}

/** What an answer is to be, and what it holds. */
export interface Answer<T> {
  /** A type of `reply`, where only that one will do. */
  readonly type: number | undefined;
  /**
   * @param reader behind the code, for a status. What it reads is used again once this has returned.
   * @param got bytes that came for READ
   */
  take(reader: FieldReader, got: number): T;
}

export interface Requests {
  /** Name → data, as the server announced them. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Requested or sent bytes whose answer has not come. */
  readonly bytesInFlight: number;
  /** Why the stream ended, once it has. */
  readonly failure: Error | undefined;
  /** Throws `SftpStatus` for a status other than OK. */
  ask<T>(type: number, fields: readonly Field[], answer: Answer<T>, question?: Question): Promise<T>;
}

interface Pending {
  readonly bytes: number;
  /** Where the answer to READ goes, and how much of it came. */
  readonly into: Uint8Array | undefined;
  got: number;
  resolve(type: number, payload: Buffer): void;
  reject(error: unknown): void;
}

/** Servers leave it out, or cut it short. */
function statusText(reader: FieldReader): string {
  if (reader.left < 4) return '';
  const length = Math.min(reader.uint32(), reader.left, LONGEST_STATUS_TEXT);
  return reader.raw(length).toString();
}

const LONGEST_STATUS_TEXT = 1000;
const LARGEST_ID = 0xffffffff;
const NOTHING = Buffer.alloc(0);

/**
 * Resolves when the server has said its version. Every request fails with a `transient` SyncError when the stream ends, or
 * when requests wait and nothing is heard for `idleTimeoutMs`. The stream's bytes are not looked at again once its 'data'
 * listeners have returned.
 */
export async function openRequests(
  stream: Duplex,
  label: string,
  idleTimeoutMs: number,
  takesNow: (bytes: number) => boolean,
): Promise<Requests> {
  const pending = new Map<number, Pending>();
  const out = outbox(stream, takesNow);
  const extensions = new Map<string, string>();
  let nextId = 1;
  let bytesInFlight = 0;
  let lastHeardMs = performance.now();
  let failure: Error | undefined;
  const version = Promise.withResolvers<void>();
  let versionSaid = false;

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
      if (!versionSaid && type !== reply.version) throw new RangeError(`answer ${type} to INIT`);
      if (type === reply.version) {
        versionSaid = true;
        const reader = new FieldReader(payload);
        reader.uint32();
        while (reader.left > 0) {
          const name = reader.bytes().toString();
          extensions.set(name, reader.left > 0 ? reader.bytes().toString('latin1') : '');
        }
        version.resolve();
      } else settle(id)?.resolve(type, payload);
    },
    onData(id, piece, last) {
      const waiting = pending.get(id);
      if (waiting?.into) {
        if (waiting.got + piece.length > waiting.into.length) throw new RangeError('more data than asked for');
        waiting.into.set(piece, waiting.got);
        waiting.got += piece.length;
      }
      if (last) settle(id)?.resolve(reply.data, NOTHING);
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

  function ask<T>(
    type: number,
    fields: readonly Field[],
    answer: Answer<T>,
    { bytes = 0, into, content }: Question = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (failure) return reject(failure);
      if (pending.size === 0) lastHeardMs = performance.now();
      const id = nextId;
      nextId = nextId === LARGEST_ID ? 1 : nextId + 1;
      const waiting: Pending = {
        bytes,
        into,
        got: 0,
        reject,
        resolve(came, payload) {
          try {
            const reader = new FieldReader(payload);
            const code = came === reply.status ? reader.uint32() : status.ok;
            if (code !== status.ok) reject(new SftpStatus(code, statusText(reader), label));
            else if (came !== (answer.type ?? came)) reject(noSftp(`answer ${came} to request ${type}`));
            else resolve(answer.take(reader, waiting.got));
          } catch (error) {
            reject(error instanceof RangeError ? noSftp('an answer that is cut short', error) : error);
          }
        },
      };
      pending.set(id, waiting);
      bytesInFlight += bytes;
      out.send(encodePacket(type, id, fields, content?.length), content);
    });
  }

  const noSftp = (what: string, cause?: unknown) =>
    new SyncError(`${label}: ${what}, which is no SFTP`, { kind: 'permanent', reason: 'protocol', cause });

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
    ask,
  };
}
