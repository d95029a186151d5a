/**
 * One remote file, open on as many connections as carry its bytes. A small file stays on one; a large one is striped
 * over all, because each connection's window caps what it can carry in a round trip.
 */
import type { SftpChannel } from './channel.ts';
import type { Connections } from './connections.ts';
import { request } from './packet.ts';

export interface OpenHandle {
  readonly channel: SftpChannel;
  readonly handle: Buffer;
}

export interface RemoteFile {
  readonly first: OpenHandle;
  /** More than one connection may be used: requests of one order are then not handled in that order. */
  readonly striped: boolean;
  /** Where the next piece should go: the least busy connection for a large file, else always the first. */
  next(): OpenHandle | Promise<OpenHandle>;
  /** Closes every handle and reports a refusal: some servers tell only now that bytes were lost. */
  close(): Promise<void>;
}

/** From here on a second connection is worth another open file. */
const STRIPE_BYTES = 4 * 1024 * 1024;

/** `open` opens the file on one channel; it is called once for each connection used, first alone, so that it may create. */
export async function openRemoteFile(
  connections: Connections,
  size: number | undefined,
  open: (channel: SftpChannel, again: boolean) => Promise<Buffer>,
): Promise<RemoteFile> {
  const channel = await connections.pick();
  const first: OpenHandle = { channel, handle: await open(channel, false) };
  const handles = new Map<SftpChannel, Promise<OpenHandle>>([[channel, Promise.resolve(first)]]);
  const striped = size === undefined || size >= STRIPE_BYTES;

  async function leastBusy(): Promise<OpenHandle> {
    const least = await connections.pick();
    let handle = handles.get(least);
    if (!handle) {
      handle = open(least, true).then((opened) => ({ channel: least, handle: opened }));
      handle.catch(() => undefined); // heard by whoever awaits it
      handles.set(least, handle);
    }
    return handle;
  }

  return {
    first,
    striped,
    next: () => (striped ? leastBusy() : first),
    async close() {
      const opened = await Promise.allSettled(handles.values());
      const closing = opened.flatMap((result) =>
        result.status === 'fulfilled' ? [result.value.channel.command(request.close, [result.value.handle])] : [],
      );
      const failed = (await Promise.allSettled(closing)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
