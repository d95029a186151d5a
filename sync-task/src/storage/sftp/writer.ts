/**
 * Writes a draft with many requests in flight. The last WRITE, the times, fsync, FSTAT and CLOSE leave together where one
 * connection carries the file: a small file costs two round trips, opening included. Publishing is not part of it: a
 * rename must never be sent before every one of these has succeeded.
 */
import type { Chunk } from '../../model.ts';
import type { ByteBudget } from '../budget.ts';
import type { Draft, FinishedDraft } from '../storage.ts';
import { type SftpChannel, SftpStatus } from './channel.ts';
import type { Connections } from './connections.ts';
import { type OpenHandle, openRemoteFile } from './handles.ts';
import { type Attributes, noAttributes, openFlag, request, status, timesAttribute } from './packet.ts';
import { isStatus, missing } from './sftp-errors.ts';

export interface WritePlan {
  readonly connections: Connections;
  readonly budget: ByteBudget;
  /** Of the draft, not of the file it will be. */
  readonly remotePath: Buffer;
  readonly expectedBytes: number | undefined;
  /** Where to go on in a draft that stands; undefined: it is created. */
  readonly start: number | undefined;
  readonly mtimeMs: number;
  readonly fsync: boolean;
  readonly signal: AbortSignal;
  /** Says that another one of this name stands. */
  exists(): Error;
  /** Called once it is closed. */
  closed(): void;
  /** Turns a server's refusal into an error for the user. */
  explain(error: unknown): Promise<unknown>;
}

/** Opens the draft; throws the server's plain status, so that the caller can make a missing folder. */
export async function startDraft(plan: WritePlan): Promise<Draft> {
  const { connections, budget, remotePath } = plan;
  const stands = plan.start !== undefined;
  const create = openFlag.write | openFlag.create | openFlag.exclusive;
  const file = await openRemoteFile(connections, plan.expectedBytes, async (channel, how) => {
    const creates = how !== 'again' && !stands;
    if (creates && how === 'refused') await removeEmpty(channel, plan);
    return channel.handle(request.open, [remotePath, creates ? create : openFlag.write, noAttributes]);
  });
  const maxBytes = connections.limits.maxWriteBytes;
  const sent = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  /** Bytes that do not fill a request yet. */
  let room: Buffer | undefined;
  let held = 0;
  let offset = plan.start ?? 0;
  /** Where the requests without an answer begin, in their order. */
  const unanswered = new Set<number>();
  let closed = false;

  /** The bytes have been taken when it resolves. */
  async function send(bytes: Uint8Array): Promise<void> {
    await budget.take(bytes.length);
    const { channel, handle } = await nextHandle(bytes.length);
    const at = offset;
    offset += bytes.length;
    unanswered.add(at);
    const settled: Promise<void> = channel
      .write(handle, at, bytes)
      .then(
        () => void unanswered.delete(at),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .then(() => {
        budget.give(bytes.length);
        sent.delete(settled);
      });
    sent.add(settled);
  }

  /** What was taken for these bytes is given back where no connection can be had for them. */
  async function nextHandle(bytes: number): Promise<OpenHandle> {
    try {
      return await file.next();
    } catch (error) {
      budget.give(bytes);
      throw await plan.explain(error);
    }
  }

  async function hold(piece: Uint8Array): Promise<void> {
    for (let rest = piece; rest.length > 0; ) {
      if (held === 0 && rest.length >= maxBytes) {
        await send(rest.subarray(0, maxBytes));
        rest = rest.subarray(maxBytes);
        continue;
      }
      room ??= Buffer.allocUnsafe(Math.min(maxBytes, plan.expectedBytes ?? maxBytes));
      if (room.length < maxBytes && held + rest.length > room.length) room = Buffer.concat([room], maxBytes);
      const part = rest.subarray(0, maxBytes - held);
      room.set(part, held);
      held += part.length;
      rest = rest.subarray(part.length);
      if (held === maxBytes) await sendHeld(room);
    }
  }
  async function sendHeld(from: Buffer): Promise<void> {
    const bytes = from.subarray(0, held);
    held = 0;
    await send(bytes);
  }

  async function check(): Promise<void> {
    if (failure) throw await plan.explain(failure.error);
    plan.signal.throwIfAborted();
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await file.close().finally(() => plan.closed());
  }

  return {
    takesAtOnce: true,

    async write(chunk: Chunk) {
      await check();
      for (const piece of chunk) await hold(piece);
    },

    get storedBytes() {
      const [first] = unanswered;
      return first ?? offset;
    },

    async flush() {
      if (plan.fsync) await flush(file.first.channel, file.first.handle);
    },

    async leave() {
      await Promise.all(sent);
      await close().catch(() => undefined); // on a lost connection it is closed already
    },

    async finish(): Promise<FinishedDraft> {
      await check();
      if (room && held > 0) await sendHeld(room);
      if (file.striped) await Promise.all(sent);
      const { channel, handle } = file.first;
      const times = channel.command(request.fsetstat, [handle, timesAttribute(plan.mtimeMs)]).then(
        () => true,
        (error: unknown) => refused(error),
      );
      const flushed = plan.fsync ? flush(channel, handle) : undefined;
      const attributes = channel.attributes(request.fstat, [handle]);
      const done = await Promise.allSettled([times, flushed, attributes, close(), ...sent]);
      const failed = done.find((result) => result.status === 'rejected');
      if (failure || failed) throw await plan.explain(failure ? failure.error : failed?.reason);
      return finished(plan, await times, await attributes, offset);
    },

    async discard() {
      await Promise.all(sent);
      await close().catch(() => undefined); // on a lost connection it is closed already
      const channel = await connections.pick();
      await channel.command(request.remove, [remotePath]).catch((error: unknown) => {
        if (!isStatus(error, ...missing)) throw error;
      });
    },
  };
}

async function flush(channel: SftpChannel, handle: Buffer): Promise<void> {
  if (channel.extensions.has('fsync@openssh.com')) await channel.extended('fsync@openssh.com', [handle]);
}

/**
 * A server may have made the file before it found that it has no handle for it. Where anything stands in it the refusal was
 * about that: it is another's.
 */
async function removeEmpty(channel: SftpChannel, { remotePath, exists }: WritePlan): Promise<void> {
  const standing = await channel.attributes(request.lstat, [remotePath]).catch((error: unknown) => {
    if (error instanceof SftpStatus) return undefined;
    throw error;
  });
  if (standing === undefined) return;
  if (standing.size !== 0) throw exists();
  await channel.command(request.remove, [remotePath]);
}

/** False for a server that won't set times; anything else is a failure. */
function refused(error: unknown): false {
  if (isStatus(error, status.unsupported, status.permissionDenied, status.failure)) return false;
  throw error;
}

/** Some servers set times by path alone, once the file is closed. */
async function finished(
  plan: WritePlan,
  kept: boolean,
  attributes: Attributes,
  written: number,
): Promise<FinishedDraft> {
  let mtimeKept = kept;
  let now = attributes;
  if (!kept) {
    const channel = await plan.connections.pick();
    mtimeKept = await channel.command(request.setstat, [plan.remotePath, timesAttribute(plan.mtimeMs)]).then(
      () => true,
      (error: unknown) => refused(error),
    );
    now = await channel.attributes(request.lstat, [plan.remotePath]);
  }
  // A server that reports no size cannot contradict what it acknowledged.
  return { size: now.size ?? written, mtimeMs: now.mtimeMs ?? 0, mtimeKept };
}
