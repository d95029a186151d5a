/**
 * Writes a draft with many requests in flight. The last WRITE, the times, fsync, FSTAT and CLOSE leave together where one
 * connection carries the file to a server that keeps their order: a small file costs two round trips, opening included. Publishing is not part of it: a
 * rename must never be sent before every one of these has succeeded.
 */
import type { Chunk } from '../../../base/model.ts';
import type { ByteBudget } from '../../budget.ts';
import type { Draft, FinishedDraft } from '../../storage.ts';
import { type OpenHandle, openRemoteFile } from '../pool/handles.ts';
import { type DraftFile, endDraft, flushFile, openDraft, removeDraft, removeHalf } from './draft-file.ts';

export interface WritePlan extends DraftFile {
  readonly budget: ByteBudget;
  readonly expectedBytes: number | undefined;
}

/** Opens the draft; throws the server's plain status, so that the caller can make a missing folder. */
export async function startDraft(plan: WritePlan): Promise<Draft> {
  const { connections, budget } = plan;
  const file = await openRemoteFile(connections, plan.expectedBytes, openDraft(plan));
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

  /**
   * Once they may leave, which they do in this same turn. What was taken for these bytes is given back where they may not, or
   * no connection can be had for them.
   */
  async function nextHandle(bytes: number): Promise<OpenHandle> {
    try {
      const next = await file.next();
      const asked = plan.mayWrite?.();
      if (asked) await asked;
      return next;
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
      if (plan.fsync) await flushFile(file.first);
    },

    async leave() {
      await Promise.all(sent);
      await close().catch(() => undefined); // on a lost connection it is closed already
    },

    async finish(): Promise<FinishedDraft> {
      await check();
      if (room && held > 0) await sendHeld(room);
      if (file.striped || !connections.order.isKept) await Promise.all(sent);
      await check();
      return endDraft(plan, file.first, { bytes: offset, sent, failure: () => failure, close });
    },

    async discard() {
      await Promise.all(sent);
      if (plan.inPlace) {
        try {
          if (!closed) await removeHalf(plan, file.first);
        } finally {
          await close().catch(() => undefined); // on a lost connection it is closed already
        }
        return;
      }
      await close().catch(() => undefined); // on a lost connection it is closed already
      await removeDraft(plan);
    },
  };
}
