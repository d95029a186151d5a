/**
 * Reads a file with many requests in flight and hands it on in order.
 *
 * The expected size is known, so the whole schedule is: requests of the largest allowed length, then FSTAT, then CLOSE.
 * Whatever differs from the expected version throws `changed`: the bytes
 * handed on so far are then of no use.
 */
import { SyncError } from '../../../base/errors.ts';
import type { Chunk, FileVersion } from '../../../base/model.ts';
import type { ByteBudget } from '../../budget.ts';
import type { Connections } from '../pool/connections.ts';
import { closeHandle, type OpenHandle, openHandle, openRemoteFile } from '../pool/handles.ts';
import type { Slots } from '../pool/slots.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { type Attributes, noAttributes, openFlag, request } from '../protocol/packet.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';

export interface ReadPlan {
  readonly connections: Connections;
  readonly budget: ByteBudget;
  /** Where the bytes may lie only until the next chunk is asked for. */
  readonly slots: Slots | undefined;
  readonly remotePath: Buffer;
  /** For messages. */
  readonly label: string;
  readonly path: string;
  readonly expected: FileVersion;
  readonly compareMtime: boolean;
  readonly start: number;
  readonly signal: AbortSignal;
}

/** Requests in flight for one file and connection; more had no effect. */
const DEPTH = 16;

export async function* readRemoteFile(plan: ReadPlan): AsyncGenerator<Chunk> {
  const { connections, budget, expected } = plan;
  const open = (channel: SftpChannel) => channel.handle(request.open, [plan.remotePath, openFlag.read, noAttributes]);
  const file = await openRemoteFile(connections, expected.size - plan.start, open);
  const length = connections.limits.maxReadBytes;
  const queue: { readonly bytes: number; readonly into: Buffer; readonly filled: Promise<void> }[] = [];
  let next = plan.start;
  let closing: Closing | undefined;

  function ask(): void {
    const bytes = Math.min(length, expected.size - next);
    const offset = next;
    next += bytes;
    const into = plan.slots?.take(bytes) ?? Buffer.allocUnsafe(bytes);
    // Without a stripe this sends the request now, before anything that is sent behind it on the same handle.
    const at = file.next();
    const filled = at instanceof Promise ? at.then((opened) => fill(opened, offset, into)) : fill(at, offset, into);
    filled.catch(() => undefined); // heard in order, below
    queue.push({ bytes, into, filled });
  }

  /** Short answers are not to be expected, and none overtakes another. */
  const closesAhead = () => connections.limits.announced && connections.order.isKept;

  /** All bytes of a range; a short answer is asked again for the gap. */
  async function fill(opened: OpenHandle, offset: number, into: Buffer): Promise<void> {
    let at = opened;
    let got = 0;
    try {
      while (got < into.length) {
        if (got > 0 && closing && at === opened) at = await openHandle(connections, open); // closed behind this very read
        const asked = at;
        const more = await at.channel
          .read(at.handle, offset + got, into.subarray(got))
          .catch(async (error: unknown) => {
            // Closed before it was read, although that was asked for first.
            if (!(error instanceof SftpStatus) || !closing || asked !== opened) throw error;
            connections.order.contradict('a file was closed before it was read');
            at = await openHandle(connections, open);
            return at.channel.read(at.handle, offset + got, into.subarray(got));
          });
        if (more === 0) throw changed(plan, `it ended at ${offset + got} of ${expected.size} bytes`);
        got += more;
      }
    } finally {
      if (at !== opened) await closeHandle(at).catch(() => undefined); // read from alone: nothing can be lost with it
    }
  }

  /** Where the server tells no size: nothing may stand behind the last byte. */
  async function assertEnd(): Promise<void> {
    const at = await openHandle(connections, open);
    try {
      const more = await at.channel.read(at.handle, expected.size, Buffer.alloc(1)).catch((error: unknown) => {
        if (error instanceof SftpStatus && expected.size > 0) return 0; // some don't call it the end
        throw error;
      });
      if (more > 0) throw changed(plan, `it is longer than its ${expected.size} bytes`);
    } finally {
      await closeHandle(at).catch(() => undefined); // read from alone
    }
  }

  function free({ bytes, into }: { readonly bytes: number; readonly into: Buffer }): void {
    budget.give(bytes);
    plan.slots?.give(into);
  }

  /**
   * FSTAT and CLOSE. They are sent right behind the last READ where the server keeps the order of a handle's requests; a
   * striped file waits for its answers first, and so does who knows nothing of the order.
   */
  function finish(): Closing {
    const { channel, handle } = file.first;
    const answered =
      file.striped || !connections.order.isKept ? Promise.allSettled(queue.map((asked) => asked.filled)) : undefined;
    const attributes = answered
      ? answered.then(() => channel.attributes(request.fstat, [handle]))
      : channel.attributes(request.fstat, [handle]);
    const closed = answered ? Promise.allSettled([attributes]).then(() => file.close()) : file.close();
    attributes.catch(() => undefined);
    closed.catch(() => undefined);
    return { attributes, closed };
  }

  try {
    while (next < expected.size || queue.length > 0) {
      plan.signal.throwIfAborted();
      if (queue.length === 0) {
        await budget.take(Math.min(length, expected.size - next));
        ask();
      }
      while (next < expected.size && queue.length < DEPTH * connections.open) {
        if (!budget.tryTake(Math.min(length, expected.size - next))) break;
        ask();
      }
      if (next >= expected.size && closesAhead()) closing ??= finish();
      const [head] = queue;
      if (!head) break;
      await head.filled;
      yield [head.into];
      queue.shift();
      free(head);
    }
    closing ??= finish();
    const now = await closing.attributes;
    assertSame(plan, now);
    if (now.size === undefined) await assertEnd();
    await closing.closed;
  } finally {
    // Reached early after an error or when the reader left: what is in flight comes back before its bytes are given free.
    await Promise.allSettled(queue.map((asked) => asked.filled));
    for (const asked of queue) free(asked);
    if (!closing) await file.close().catch(() => undefined); // the error under way says more
  }
}

interface Closing {
  readonly attributes: Promise<Attributes>;
  readonly closed: Promise<void>;
}

function assertSame(plan: ReadPlan, now: Attributes): void {
  const { expected } = plan;
  if (now.size !== undefined && now.size !== expected.size) {
    throw changed(plan, `it has ${now.size} bytes now, ${expected.size} when it was listed`);
  }
  if (plan.compareMtime && now.mtimeMs !== undefined && now.mtimeMs !== expected.mtimeMs) {
    throw changed(plan, 'its modification time changed');
  }
}

function changed(plan: ReadPlan, how: string): SyncError {
  return new SyncError(
    `${plan.label}: ${JSON.stringify(plan.path)} changed while it was read (${how}); a later run takes it`,
    {
      kind: 'changed',
      reason: 'changed-while-read',
      path: plan.path,
    },
  );
}
