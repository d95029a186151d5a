/**
 * One remote file, open on as many connections as carry its bytes. A small file stays on one; a large one is striped
 * over all, because each connection's window caps what it can carry in a round trip.
 */
import type { SftpChannel } from '../protocol/channel.ts';
import { request } from '../protocol/packet.ts';
import type { Connections } from './connections.ts';

export interface OpenHandle {
  readonly channel: SftpChannel;
  readonly handle: Buffer;
  /** To be called once it is closed, or its connection lost; more often does nothing. */
  release(): void;
}

export interface RemoteFile {
  readonly first: OpenHandle;
  /** More than one connection may be used: requests of one order are then not handled in that order. */
  readonly striped: boolean;
  /** Where the next piece should go: the least busy connection for a large file, else always the first. */
  next(): OpenHandle | Promise<OpenHandle>;
  /** Closes every handle, where its connection still stands, and reports a refusal: some servers tell only now that bytes were lost. */
  close(): Promise<void>;
}

/** From here on a second connection is worth another open file. */
const STRIPE_BYTES = 4 * 1024 * 1024;

/** How a file is opened on one channel: again on another one, or once more because the server refused it for want of handles. */
export type OpenOn = (channel: SftpChannel, how: 'first' | 'again' | 'refused') => Promise<Buffer>;

/**
 * One handle, waited for where the server allows few. To be closed with `closeHandle`.
 *
 * @param bytes how many of them will go over its connection, where none goes over another
 */
export async function openHandle({ handles, reserve }: Connections, open: OpenOn, bytes = 0): Promise<OpenHandle> {
  const { opened, release } = await handles.open(async (refused) => {
    const place = await reserve(bytes); // only now: it may have been waited for, and connections come and go
    try {
      return { place, handle: await open(place.channel, refused ? 'refused' : 'first') };
    } catch (error) {
      place.release();
      throw error;
    }
  });
  const { place, handle } = opened;
  return {
    channel: place.channel,
    handle,
    release() {
      release();
      place.release();
    },
  };
}

/** The same on this channel, but undefined where it would have to be waited for: for those who hold one already. */
export async function tryOpenHandle(
  { handles }: Connections,
  channel: SftpChannel,
  open: () => Promise<Buffer>,
): Promise<OpenHandle | undefined> {
  const held = await handles.tryOpen(open);
  return held && { channel, handle: held.opened, release: held.release };
}

export async function closeHandle({ channel, handle, release }: OpenHandle): Promise<void> {
  await channel.command(request.close, [handle]).finally(release);
}

/** `open` is called once for each connection used, first alone, so that it may create. */
export async function openRemoteFile(
  connections: Connections,
  size: number | undefined,
  open: OpenOn,
): Promise<RemoteFile> {
  const striped = size === undefined || size >= STRIPE_BYTES;
  const first = await openHandle(connections, open, striped ? 0 : size);
  const handles = new Map<SftpChannel, Promise<OpenHandle>>([[first.channel, Promise.resolve(first)]]);

  /** On another connection only where another handle may be had at once. */
  async function stripe(channel: SftpChannel): Promise<OpenHandle> {
    return (await tryOpenHandle(connections, channel, () => open(channel, 'again'))) ?? first;
  }
  async function leastBusy(): Promise<OpenHandle> {
    const least = await connections.pick();
    let handle = handles.get(least);
    if (!handle) {
      handle = stripe(least);
      handle.catch(() => undefined); // heard where it is awaited
      handles.set(least, handle);
    }
    return handle;
  }

  async function closeAll(): Promise<void> {
    const opened = await Promise.allSettled(handles.values());
    const each = new Set(opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
    const closed = await Promise.allSettled([...each].map(closeHandle));
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  return {
    first,
    striped,
    next: () => (striped ? leastBusy() : first),
    close: () => (handles.size === 1 ? closeHandle(first) : closeAll()),
  };
}
