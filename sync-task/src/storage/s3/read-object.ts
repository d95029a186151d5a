/** One range of an object of S3, as `objects/read-object.ts` asks for it. The SDK repeats a request, never a body that broke off. */
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { FileVersion } from '../../base/model.ts';
import { notAsListed, vanished } from '../changed-source.ts';
import type { FetchedRange } from '../objects/read-object.ts';
import type { ObjectTarget } from './bucket.ts';
import { fileVersionOf, uploadedMs } from './object-version.ts';
import { explainS3Error, isS3Error } from './s3-errors.ts';

/** Large enough for one request to be worth its round trip, small enough for several at once. */
export const RANGE_BYTES = 4 * 1024 * 1024;
/** The one that is handed on and four ahead. */
export const RANGES_AT_ONCE = 5;

export interface RangeOfObject {
  /** Undefined: it is not known yet, and the answer is compared with the expected version. */
  readonly etag: string | undefined;
  readonly start: number;
  /** 0: only whether it is still the expected version is looked at. */
  readonly bytes: number;
  readonly expected: FileVersion;
  readonly signal: AbortSignal;
}

/** Throws `changed` where another version stands, `transient` where the body breaks off. */
export async function fetchRange({ bucket, key, path }: ObjectTarget, range: RangeOfObject): Promise<FetchedRange> {
  const { label } = bucket;
  const { etag, start, bytes, expected, signal } = range;

  function check(response: GetObjectCommandOutput): void {
    const size = Number(response.ContentRange?.split('/')[1] ?? response.ContentLength ?? 0);
    const fault =
      size !== expected.size
        ? `it has ${size} bytes, not ${expected.size}`
        : !isTimeOf(response, expected.mtimeMs)
          ? 'it was uploaded at another time'
          : undefined;
    if (fault === undefined) return;
    bodyOf(response).destroy();
    throw notAsListed(label, path, fault);
  }

  try {
    const part = bytes === 0 ? {} : { Range: `bytes=${start}-${start + bytes - 1}` };
    const command = new GetObjectCommand({ Bucket: bucket.name, Key: key, ...part, IfMatch: etag || undefined });
    const response = await bucket.client.send(command, { abortSignal: signal });
    check(response);
    if (bytes === 0) bodyOf(response).destroy();
    return { etag: response.ETag ?? '', pieces: bytes === 0 ? [] : await piecesOf(response) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isS3Error(error, 'NoSuchKey', 'NotFound')) throw vanished(label, path, error);
    if (isS3Error(error, 'PreconditionFailed', 412)) throw notAsListed(label, path, 'it was replaced', error);
    if (isS3Error(error, 'InvalidRange', 416)) throw notAsListed(label, path, 'it is shorter', error);
    throw explainS3Error(error, { label, path, what: 'read' });
  }
}

/** The body as it came. */
async function piecesOf(response: GetObjectCommandOutput): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bodyOf(response)) if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** A listing tells when it was uploaded, a look at it the time that was kept: who reads has the one or the other. */
function isTimeOf(response: GetObjectCommandOutput, mtimeMs: number): boolean {
  return uploadedMs(response) === mtimeMs || fileVersionOf(response).mtimeMs === mtimeMs;
}

/** On Node the SDK's bodies are streams of Node. */
function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  return Body as Readable;
}
