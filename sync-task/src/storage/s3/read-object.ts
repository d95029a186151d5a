/**
 * Reads one version of an object: ranges are fetched side by side and handed on in order. The first answer names the
 * version by its ETag, and every other range is asked of that version alone.
 */
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { SyncError } from '../../base/errors.ts';
import type { Chunk, FileVersion } from '../../base/model.ts';
import type { ByteBudget } from '../budget.ts';
import { fileVersionOf, uploadedMs } from './object-version.ts';
import { explainS3Error, isS3Error } from './s3-errors.ts';

/** Large enough for one request to be worth its round trip, small enough for several at once. */
export const RANGE_BYTES = 4 * 1024 * 1024;
const RANGES_AT_ONCE = 4;
/** A body that breaks off is asked for again; the SDK does so only for what comes before it. */
const ATTEMPTS = 3;

export interface Reading {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly label: string;
  readonly path: string;
  readonly budget: ByteBudget;
  readonly expected: FileVersion;
  readonly start: number;
  readonly signal: AbortSignal;
}

interface Range {
  readonly bytes: number;
  readonly pieces: Promise<readonly Uint8Array[]>;
}

export async function* readObject(reading: Reading): AsyncGenerator<Chunk> {
  const { client, bucket, key, label, path, budget, expected, start } = reading;
  reading.signal.throwIfAborted();
  const leaving = new AbortController();
  const signal = AbortSignal.any([reading.signal, leaving.signal]);
  let etag: string | undefined;
  let position = start;

  /** One range, of one byte at least. */
  async function fetch(from: number, bytes: number): Promise<readonly Uint8Array[]> {
    for (let tries = 1; ; tries++) {
      try {
        const Range = `bytes=${from}-${from + bytes - 1}`;
        const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch: etag }), {
          abortSignal: signal,
        });
        check(response);
        etag ??= response.ETag;
        return await collect(response, bytes);
      } catch (thrown) {
        const error = explain(thrown);
        const again = error instanceof SyncError && error.kind === 'transient' && tries < ATTEMPTS;
        if (!again || signal.aborted) throw error;
      }
    }
  }

  function check(response: GetObjectCommandOutput): void {
    const size = Number(response.ContentRange?.split('/')[1] ?? response.ContentLength ?? 0);
    const fault =
      size !== expected.size
        ? `it has ${size} bytes, not ${expected.size}`
        : !isTimeOf(response, expected.mtimeMs)
          ? 'it was uploaded at another time'
          : undefined;
    if (fault === undefined) return;
    discard(response);
    throw changed(label, path, fault);
  }

  function explain(error: unknown): unknown {
    if (reading.signal.aborted) return reading.signal.reason;
    if (isS3Error(error, 'NoSuchKey', 'NotFound')) return vanished(label, path, error);
    if (isS3Error(error, 'PreconditionFailed', 412)) return changed(label, path, 'it was replaced', error);
    if (isS3Error(error, 'InvalidRange', 416)) return changed(label, path, 'it is shorter', error);
    return explainS3Error(error, { label, path, what: 'read', signal: reading.signal });
  }

  const nextBytes = () => Math.min(RANGE_BYTES, expected.size - position);

  /** Their bytes have been taken from the budget. */
  function begin(bytes: number): Range {
    const pieces = fetch(position, bytes);
    pieces.catch(() => undefined); // heard in its turn, or the reader has left
    position += bytes;
    return { bytes, pieces };
  }

  const ahead: Range[] = [];
  try {
    if (start >= expected.size) {
      // Nothing to fetch, but whether it is still what was listed must be known.
      const response = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
        .catch((error: unknown) => Promise.reject(explain(error)));
      check(response);
      discard(response);
      return;
    }
    while (ahead.length > 0 || position < expected.size) {
      if (ahead.length === 0) {
        // Only who holds nothing may wait for bytes: else readers could wait for each other.
        const bytes = nextBytes();
        await budget.take(bytes);
        ahead.push(begin(bytes));
      }
      const [range] = ahead as [Range];
      const pieces = await range.pieces;
      reading.signal.throwIfAborted();
      // Behind the first range the version is known, and that it is worth asking for more.
      while (ahead.length <= RANGES_AT_ONCE && position < expected.size && budget.tryTake(nextBytes())) {
        ahead.push(begin(nextBytes()));
      }
      try {
        yield pieces;
      } finally {
        ahead.shift();
        budget.give(range.bytes);
      }
    }
  } finally {
    if (ahead.length > 0) leaving.abort();
    for (const range of ahead) {
      await range.pieces.catch(() => undefined); // its bytes are in memory until then
      budget.give(range.bytes);
    }
  }
}

/** All bytes of the body, as they came. Throws `transient` where it ends early. */
async function collect(response: GetObjectCommandOutput, bytes: number): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let got = 0;
  for await (const piece of bodyOf(response)) {
    if (piece.length > 0) pieces.push(piece);
    got += piece.length;
  }
  if (got === bytes) return pieces;
  throw Object.assign(new Error(`${got} bytes of ${bytes} came`), { code: 'ECONNRESET' });
}

/** A listing tells when it was uploaded, a look at it the time that was kept: who reads has the one or the other. */
function isTimeOf(response: GetObjectCommandOutput, mtimeMs: number): boolean {
  return uploadedMs(response) === mtimeMs || fileVersionOf(response).mtimeMs === mtimeMs;
}

function discard(response: GetObjectCommandOutput): void {
  bodyOf(response).destroy();
}

/** On Node the SDK's bodies are streams of Node. */
function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  return Body as Readable;
}

function vanished(label: string, path: string, cause: unknown): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} vanished after it was listed`, {
    kind: 'changed',
    reason: 'vanished',
    path,
    cause,
  });
}

function changed(label: string, path: string, how: string, cause?: unknown): SyncError {
  return new SyncError(`${label}: ${JSON.stringify(path)} is not what was listed (${how}); a later run takes it`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
    cause,
  });
}
