/**
 * A file whose size is not known beforehand, as transforms make it: the SDK's managed upload (lib-storage). Such a file is never
 * resumed after a crash, so that is enough. The managed upload completes when its bytes end: so their end is held back until
 * the file is published.
 */
import { PassThrough } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  type UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { SyncError } from '../../../base/errors.ts';
import type { DraftOptions } from '../../storage.ts';
import { guarded, type ObjectTarget } from '../bucket.ts';
import type { Condition } from '../conditions.ts';
import { describedAs } from '../object-version.ts';
import { explainS3Error } from '../s3-errors.ts';
import { ticketOf } from './ticket.ts';

const QUEUE = 2;
const AHEAD_BYTES = 256 * 1024;

export interface StreamedUpload {
  /** Resolves when more may come. The bytes must be its own. */
  write(bytes: Uint8Array): Promise<void>;
  /** Throws what went wrong so far. */
  check(): Promise<void>;
  /** Sends what is left; the object stands there when it resolves. Throws the service's plain error. */
  complete(): Promise<void>;
  discard(): Promise<void>;
}

export function streamedUpload(
  { bucket, key, path }: ObjectTarget,
  options: DraftOptions,
  partSize: number,
  condition: Condition | undefined,
): StreamedUpload {
  const body = new PassThrough({ highWaterMark: AHEAD_BYTES });
  body.on('error', () => undefined); // the upload reports it
  let failure: { readonly error: unknown } | undefined;
  const done = new Upload({
    client: remembering(bucket.client, options),
    queueSize: QUEUE,
    partSize,
    leavePartsOnError: false,
    params: {
      Bucket: bucket.name,
      Key: key,
      Body: body,
      ...describedAs(bucket, path, options),
      ...(bucket.checksums ? { ChecksumAlgorithm: 'SHA256' as const } : {}),
      ...bucket.writing,
      ...condition,
    },
  }).done();
  const failed = done.then(
    () => undefined,
    (error: unknown) => {
      failure = { error };
      body.destroy();
    },
  );

  function throwFailure(): void {
    options.signal.throwIfAborted();
    if (failure) throw explain(failure.error);
  }
  function explain(error: unknown): unknown {
    if (error instanceof Error && error.message.startsWith('Exceeded')) {
      return new SyncError(
        `${bucket.label}: ${JSON.stringify(path)} grows larger than its parts allow; raise --buffer, larger parts come of it`,
        { kind: 'permanent', reason: 'too-large', path, cause: error },
      );
    }
    return explainS3Error(error, { label: bucket.label, path, what: 'write', signal: options.signal });
  }

  return {
    async write(bytes) {
      throwFailure();
      if (body.write(bytes)) return;
      await Promise.race([new Promise<void>((resolve) => body.once('drain', resolve)), failed]);
      throwFailure();
    },
    async check() {
      throwFailure();
    },
    async complete() {
      throwFailure();
      body.end();
      await done;
    },
    async discard() {
      // Ends the upload with an error, whereupon it removes its parts.
      body.destroy(new Error('discarded'));
      await failed;
    },
  };
}

/** The same client; an upload that it begins is recorded before any part is sent. */
function remembering(client: S3Client, options: DraftOptions): S3Client {
  const send = async (command: unknown): Promise<unknown> => {
    const plain = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    // An upload that is given up may be removed at any time: nobody resumes it.
    if (!(command instanceof AbortMultipartUploadCommand)) guarded(command as UploadPartCommand, options.mayWrite);
    const answer = await plain(command);
    if (!(command instanceof CreateMultipartUploadCommand)) return answer;
    const { Bucket, Key } = command.input;
    const { UploadId } = answer as { UploadId: string };
    try {
      await options.remember?.(ticketOf({ uploadId: UploadId, mtimeMs: options.mtimeMs }));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      throw error;
    }
    return answer;
  };
  return Object.create(client, { send: { value: send } });
}
