/**
 * A draft that the server fills by itself from another of its files (`copy-data`), piece by piece: a server answers nothing else of
 * the session while it copies one, and between two of them it can be stopped. Of a large file it is written down now and then
 * how far it is, so that it is resumed there after a crash.
 */
import { SyncError } from '../../../base/errors.ts';
import type { FileVersion } from '../../../base/model.ts';
import type { Draft, DraftOptions, FinishedDraft } from '../../storage.ts';
import { closeHandle, type OpenHandle, openHandle, tryOpenHandle } from '../pool/handles.ts';
import { noAttributes, openFlag, request, status } from '../protocol/packet.ts';
import { isStatus, SftpStatus } from '../protocol/sftp-errors.ts';
import { type DraftFile, endDraft, flushFile, openDraft, removeDraft } from './draft-file.ts';

export interface CopyPlan extends DraftFile {
  readonly options: DraftOptions;
  /** The file that is copied, as the same server names it, and which version of it. */
  readonly from: Buffer;
  readonly expected: FileVersion;
  /** For messages about that file. */
  readonly label: string;
  readonly path: string;
  /** The server does not do what it announced. */
  unable(): void;
  /** For tests: how far a file must come until that is written down. */
  readonly borderBytes?: number;
}

const MiB = 1024 * 1024;
/** A tenth of a second at a slow disk. */
const PIECE_BYTES = 16 * MiB;
/** Under way at once, so that the server has the next one when it is done with one. */
const PIECES_AHEAD = 2;
const BORDER_BYTES = 1024 * MiB;
const TICKET = /^copied\/(\d+)$/;

/** How many bytes were stored when the ticket was written; 0 for a ticket of another kind. */
export function copiedBytes(ticket: string | undefined): number {
  return Number(TICKET.exec(ticket ?? '')?.[1] ?? 0);
}

/** Undefined where the file can't be opened, or no second handle is to be had now. Throws plain statuses about the draft alone. */
export async function startCopy(plan: CopyPlan): Promise<Draft | undefined> {
  const { connections } = plan;
  const source = await openHandle(connections, (channel) =>
    channel.handle(request.open, [plan.from, openFlag.read, noAttributes]),
  ).catch((error: unknown) => {
    if (error instanceof SftpStatus) return undefined; // reading it tells why
    throw error;
  });
  if (!source) return undefined;
  try {
    const to = await tryOpenHandle(connections, source.channel, () => openDraft(plan)(source.channel, 'first'));
    if (to) return copiedDraft(plan, source, to);
  } catch (error) {
    await closeHandle(source).catch(() => undefined);
    throw error;
  }
  await closeHandle(source).catch(() => undefined);
  return undefined;
}

/** Both are of one session. */
function copiedDraft(plan: CopyPlan, source: OpenHandle, to: OpenHandle): Draft {
  const { options, expected } = plan;
  const { channel } = to;
  let ticket: string | undefined;
  let sourceClosed = false;
  let closed = false;
  const pieces = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  async function closeSource(): Promise<void> {
    if (sourceClosed) return;
    sourceClosed = true;
    await closeHandle(source).catch(() => undefined); // read from alone: nothing can be lost with it
  }
  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await closeHandle(to).finally(() => plan.closed());
  }

  function copyPiece(offset: number, bytes: number): void {
    const piece: Promise<void> = channel
      .copyData(source.handle, to.handle, offset, bytes)
      .then(
        () => options.onCopied?.(bytes),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => pieces.delete(piece));
    pieces.add(piece);
  }

  async function explain(error: unknown): Promise<unknown> {
    if (isStatus(error, status.eof)) return changed(plan, 'it ended too early');
    if (!isStatus(error, status.unsupported)) return plan.explain(error);
    plan.unable();
    return new SyncError(
      `${plan.label}: the server announces copy-data and does not know it; bytes go through here now`,
      {
        kind: 'transient',
        reason: 'copy-refused',
        path: plan.path,
        cause: error,
      },
    );
  }

  async function settled(): Promise<void> {
    await Promise.all(pieces);
    if (failure) throw await explain(failure.error);
  }

  /** All but the last pieces have been acknowledged when it resolves. */
  async function fill(): Promise<void> {
    const borderBytes = plan.borderBytes ?? BORDER_BYTES;
    let border = (plan.start ?? 0) + borderBytes;
    options.onCopied?.(plan.start ?? 0);
    for (let offset = plan.start ?? 0; offset < expected.size; offset += PIECE_BYTES) {
      while (pieces.size >= PIECES_AHEAD) await Promise.race(pieces);
      if (failure) throw await explain(failure.error);
      if (offset >= border) {
        await settled();
        if (plan.fsync) await flushFile(to);
        ticket = `copied/${offset}`;
        await options.remember?.(ticket);
        border = offset + borderBytes;
      }
      options.signal.throwIfAborted();
      await options.mayWrite?.();
      copyPiece(offset, Math.min(PIECE_BYTES, expected.size - offset));
    }
  }

  async function assertSame(): Promise<void> {
    const now = await channel.attributes(request.fstat, [source.handle]);
    if (now.size !== undefined && now.size !== expected.size) {
      throw changed(plan, `it has ${now.size} bytes now, ${expected.size} when it was listed`);
    }
    if (now.mtimeMs !== undefined && now.mtimeMs !== expected.mtimeMs) {
      throw changed(plan, 'its modification time changed');
    }
  }

  return {
    takesAtOnce: true,
    storedBytes: 0,
    get ticket() {
      return ticket;
    },

    async write() {
      throw new SyncError('a copy of the server takes no bytes', {
        kind: 'permanent',
        reason: 'internal',
        path: plan.path,
      });
    },
    async flush() {},

    async finish(): Promise<FinishedDraft> {
      await fill();
      if (!plan.connections.order.isKept) await settled();
      const same = assertSame().finally(closeSource);
      const ending = { bytes: expected.size, sent: [...pieces, same], failure: () => failure, close };
      return endDraft({ ...plan, explain }, to, ending);
    },

    async leave() {
      await Promise.all(pieces);
      await Promise.all([closeSource(), close().catch(() => undefined)]); // on a lost connection they are closed already
    },

    async discard() {
      await Promise.all(pieces);
      await Promise.all([closeSource(), close().catch(() => undefined)]);
      await removeDraft(plan);
    },
  };
}

function changed(plan: CopyPlan, how: string): SyncError {
  return new SyncError(
    `${plan.label}: ${JSON.stringify(plan.path)} changed while it was copied (${how}); a later run takes it`,
    { kind: 'changed', reason: 'changed-while-read', path: plan.path },
  );
}
