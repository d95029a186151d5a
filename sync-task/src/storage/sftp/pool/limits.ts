/** What a connection can carry: the largest requests that the server takes, and the time of a round trip. */
import type { SftpChannel } from '../protocol/channel.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';

export interface Limits {
  readonly maxReadBytes: number;
  readonly maxWriteBytes: number;
  /** Undefined where the server does not say. */
  readonly maxOpenHandles: number | undefined;
  /** The server said its limits: it answers reads in full. */
  readonly announced: boolean;
}

/** What every server takes (draft-ietf-secsh-filexfer-02 section 3). */
const SAFE_REQUEST_BYTES = 32 * 1024;
const LARGEST_REQUEST_BYTES = 255 * 1024;
/** Any answer tells it: the folder where the session starts may be missing, or forbidden, and what is wanted elsewhere. */
export async function measureRoundTrip(channel: SftpChannel): Promise<number> {
  const startMs = performance.now();
  await channel.realpath(Buffer.from('.')).catch(allowRefusal);
  return performance.now() - startMs;
}

function allowRefusal(error: unknown): undefined {
  if (error instanceof SftpStatus) return undefined;
  throw error;
}

/** `limits@openssh.com` (OpenSSH PROTOCOL section 4.8): packet, read, write, handles. What is announced may be refused all the same. */
export async function readLimits(channel: SftpChannel): Promise<Limits> {
  const bounded = (bytes: number) => Math.min(bytes || SAFE_REQUEST_BYTES, LARGEST_REQUEST_BYTES);
  const told = channel.extensions.has('limits@openssh.com')
    ? await channel
        .extended('limits@openssh.com', [], (reader) => {
          reader.uint64();
          const maxReadBytes = bounded(reader.uint64());
          const maxWriteBytes = bounded(reader.uint64());
          return { maxReadBytes, maxWriteBytes, maxOpenHandles: reader.uint64() || undefined, announced: true };
        })
        .catch(allowRefusal)
    : undefined;
  return (
    told ?? {
      maxReadBytes: SAFE_REQUEST_BYTES,
      maxWriteBytes: SAFE_REQUEST_BYTES,
      maxOpenHandles: undefined,
      announced: false,
    }
  );
}
