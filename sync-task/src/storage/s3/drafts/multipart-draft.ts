/**
 * A large file of known size: a multipart upload of our own, because it can be resumed. The SDK's managed upload can't be
 * (docs/decisions/0010).
 *
 * Each part is one buffer, filled from the bytes that come and sent with its SHA-256. A resumed upload reads the source from
 * the last recorded border; a part that the service has already, with the same SHA-256, is not sent again.
 */
import { CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { SyncError } from '../../../base/errors.ts';
import type { Chunk } from '../../../base/model.ts';
import { sizeDiffers } from '../../draft-errors.ts';
import { isHeld } from '../../lease.ts';
import type { DraftOptions, FinishedDraft } from '../../storage.ts';
import { guarded, type ObjectTarget, sha256, signDigest } from '../bucket.ts';
import type { Condition, Conditions } from '../conditions.ts';
import { describedAs, whole } from '../object-version.ts';
import { explained, explainS3Error } from '../s3-errors.ts';
import type { OwnDraft } from './own-draft.ts';
import { partRooms } from './part-rooms.ts';
import { ticketOf } from './ticket.ts';
import { abortUpload, completion, emptyUploads, type StandingUpload, type UploadedPart } from './uploads.ts';

export interface MultipartPlan extends ObjectTarget {
  readonly options: DraftOptions;
  readonly conditions: Conditions;
  readonly condition: Condition | undefined;
  /** When it is over. */
  forget(): void;
  readonly partBytes: number;
  /** The one to resume. */
  readonly standing: StandingUpload | undefined;
}

export function multipartDraft(plan: MultipartPlan): OwnDraft {
  const { bucket, key, path, options, conditions, condition, standing } = plan;
  const offset = options.resume?.offset ?? 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const at = { Bucket: bucket.name, Key: key };
  const kept = partsUpTo(standing, offset, plan);
  const parts = new Map<number, UploadedPart>(kept.map((part) => [part.number, part]));
  const sending = new Set<Promise<void>>();
  let uploadId = standing?.uploadId;
  /** One may stand whose id was lost with the answer. */
  let asked = false;
  let failure: { readonly error: unknown } | undefined;
  let number = kept.length;
  let storedParts = kept.length;
  let stored = kept.reduce((sum, part) => sum + part.size, 0);
  /** Bytes that come again because the recorded border lies inside a part that stands. */
  let known = stored - offset;
  let size = offset;
  let room: Buffer | undefined;
  let used = 0;
  let over = false;
  const rooms = partRooms(bucket.budget, plan.partBytes);

  async function begin(): Promise<void> {
    const command = new CreateMultipartUploadCommand({
      ...at,
      ...describedAs(bucket, path, options),
      ...(bucket.checksums ? { ChecksumAlgorithm: 'SHA256' } : {}),
      ...bucket.writing,
    });
    asked = true;
    const { UploadId } = await bucket.client.send(guarded(command, options.mayWrite), { abortSignal: signal });
    uploadId = UploadId as string;
    await options.remember?.(ticketOf({ uploadId, mtimeMs: options.mtimeMs }));
  }

  async function take(piece: Uint8Array): Promise<void> {
    size += piece.length;
    const again = Math.min(known, piece.length);
    known -= again;
    for (let rest = piece.subarray(again); rest.length > 0; ) {
      room ??= await rooms.take(() => Promise.race(sending));
      const part = rest.subarray(0, plan.partBytes - used);
      room.set(part, used);
      used += part.length;
      rest = rest.subarray(part.length);
      if (used === plan.partBytes) send();
    }
  }

  /** Sends what is in the buffer as the next part, while the following one is filled. */
  function send(): void {
    const body = room?.subarray(0, used) ?? Buffer.alloc(0);
    const sentRoom = room;
    number++;
    room = undefined;
    used = 0;
    const sent: Promise<void> = upload(number, body)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        if (sentRoom) rooms.give(sentRoom);
        sending.delete(sent);
      });
    sending.add(sent);
  }

  async function upload(part: number, body: Buffer): Promise<void> {
    const digest = sha256(body);
    const checksum = digest.toString('base64');
    const there = standing?.parts.get(part);
    if (there?.size === body.length && there.sha256 === checksum) return acknowledge(there);
    const command = new UploadPartCommand({
      ...at,
      UploadId: uploadId,
      PartNumber: part,
      Body: body,
      ContentLength: body.length,
      ...(bucket.checksums ? { ChecksumSHA256: checksum } : {}),
    });
    const answer = await bucket.client.send(guarded(signDigest(command, digest), options.mayWrite), {
      abortSignal: signal,
    });
    acknowledge({
      number: part,
      size: body.length,
      etag: answer.ETag ?? '',
      sha256: bucket.checksums ? checksum : undefined,
    });
  }

  function acknowledge(part: UploadedPart): void {
    parts.set(part.number, part);
    for (let next = parts.get(storedParts + 1); next; next = parts.get(storedParts + 1)) {
      storedParts++;
      stored += next.size;
    }
  }

  function throwFailure(): void {
    options.signal.throwIfAborted();
    if (failure) throw explainS3Error(failure.error, { label: bucket.label, path, what: 'write' });
  }

  async function settle(): Promise<void> {
    await Promise.all(sending);
  }

  async function close(): Promise<void> {
    stop.abort(new Error('the draft is closed'));
    await settle();
    end();
  }

  function end(): void {
    over = true;
    release();
    plan.forget();
  }

  function release(): void {
    rooms.release();
    room = undefined;
  }

  const draft: OwnDraft = {
    path,
    mtimeMs: whole(options.mtimeMs),
    takesAtOnce: true,
    content: undefined,
    get size() {
      return size;
    },
    get storedBytes() {
      return stored;
    },

    async write(chunk: Chunk) {
      throwFailure();
      if (uploadId === undefined)
        await explained({ label: bucket.label, path, what: 'write', signal: options.signal }, begin);
      for (const piece of chunk) await take(piece);
      throwFailure();
    },

    async flush() {},

    async finish(): Promise<FinishedDraft> {
      throwFailure();
      if (uploadId === undefined)
        await explained({ label: bucket.label, path, what: 'write', signal: options.signal }, begin);
      if (used > 0 || number === 0) send();
      await settle();
      throwFailure();
      if (stored !== size) throw sizeDiffers(bucket.label, path, stored, size);
      release();
      return { size, mtimeMs: draft.mtimeMs, mtimeKept: true };
    },

    async publish({ onlyNew, mayWrite = options.mayWrite }) {
      await conditions.publish({
        ...plan,
        ...{ mark: options.mark ?? options.name, onlyNew, mayWrite, condition },
        send: (now, ask) =>
          bucket.client.send(guarded(completion(at, uploadId as string, [...parts.values()], now), ask), {
            abortSignal: options.signal,
          }),
      });
      end();
    },

    async leave() {
      await close();
    },

    async discard() {
      if (over) return;
      await close();
      if (!(await isHeld(options.mayWrite))) return;
      if (uploadId !== undefined) await abortUpload(plan, uploadId);
      else if (asked) for (const empty of await emptyUploads(plan)) await abortUpload(plan, empty);
    },
  };
  return draft;
}

/** The parts that stand before the recorded border, with the one that it lies in. */
function partsUpTo(
  standing: StandingUpload | undefined,
  offset: number,
  { bucket, path }: ObjectTarget,
): readonly UploadedPart[] {
  const kept: UploadedPart[] = [];
  let bytes = 0;
  for (let next = standing?.parts.get(1); next && bytes < offset; next = standing?.parts.get(kept.length + 1)) {
    kept.push(next);
    bytes += next.size;
  }
  if (bytes >= offset) return kept;
  throw new SyncError(`${bucket.label}: parts of ${JSON.stringify(path)} are gone; run again`, {
    kind: 'transient',
    reason: 'draft-missing',
    path,
  });
}
