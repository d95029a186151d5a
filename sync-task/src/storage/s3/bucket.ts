/** What everything that writes to a bucket shares. */
import { createHash } from 'node:crypto';
import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { ByteBudget } from '../budget.ts';
import type { Describe } from '../objects/description.ts';
import type { KeySpace } from '../objects/keys.ts';
import type { MayWrite } from '../storage.ts';
import { explained, isS3Error } from './s3-errors.ts';
import type { WriteOptions } from './write-options.ts';

export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
  readonly label: string;
  readonly keys: KeySpace;
  readonly writing: WriteOptions;
  readonly describe: Describe;
  /** For what is written and not yet acknowledged. */
  readonly budget: ByteBudget;
  readonly budgetBytes: number;
  /** Whether SHA-256 is sent as a checksum too; the SDK's own setting turns it off for services that have none. */
  readonly checksums: boolean;
}

/** Where a draft becomes a file. */
export interface ObjectTarget {
  readonly bucket: Bucket;
  readonly key: string;
  readonly path: string;
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The object's description, `undefined` where there is none. */
export async function describeObject(
  { bucket, key, path }: ObjectTarget,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput | undefined> {
  return explained({ label: bucket.label, path, what: 'look at', signal }, async () => {
    try {
      const command = new HeadObjectCommand({ Bucket: bucket.name, Key: key });
      return await bucket.client.send(command, signal ? { abortSignal: signal } : {});
    } catch (error) {
      // A HEAD has no error code: a missing bucket looks the same, and the next request tells.
      if (isS3Error(error, 'NotFound', 'NoSuchKey', 404)) return undefined;
      throw error;
    }
  });
}

/** What a step of a command takes. */
interface Steps {
  readonly middlewareStack: {
    add(middleware: (next: (args: never) => unknown) => (args: never) => unknown, options: object): void;
  };
}

/** The digest is part of the signature, so the service checks it; given here, the SDK need not compute it again. */
export function signDigest<Command>(command: Command & Steps, digest: Buffer): Command {
  command.middlewareStack.add(
    (next) => (args) => {
      (args as { request: { headers: Record<string, string> } }).request.headers['x-amz-content-sha256'] =
        digest.toString('hex');
      return next(args);
    },
    { step: 'build', name: 'digestOfBody' },
  );
  return command;
}

/** Asks for the lease each time before the command is sent: the SDK retries it after waits of its own. */
export function guarded<Command>(command: Command & Steps, mayWrite: MayWrite | undefined): Command {
  if (!mayWrite) return command;
  command.middlewareStack.add(
    (next) => async (args) => {
      await mayWrite();
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'mayWrite' },
  );
  return command;
}
