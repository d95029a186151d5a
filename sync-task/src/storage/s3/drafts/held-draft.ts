/**
 * A small file: its bytes are kept in memory and sent in the one request that publishes it. A file that turns out not to be
 * small is streamed.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Chunk } from '../../../base/model.ts';
import type { DraftOptions, FinishedDraft, MayWrite } from '../../storage.ts';
import { guarded, type ObjectTarget, sha256, signDigest } from '../bucket.ts';
import type { Condition, Conditions } from '../conditions.ts';
import { describedAs, whole } from '../object-version.ts';
import type { OwnDraft } from './own-draft.ts';
import type { StreamedUpload } from './streamed-upload.ts';

export interface HeldPlan extends ObjectTarget {
  readonly options: DraftOptions;
  readonly conditions: Conditions;
  readonly condition: Condition | undefined;
  /** When it is over. */
  forget(): void;
  /** Bytes that are kept at most. */
  readonly capacity: number;
  /** Of the budget, taken already: bytes that were read must not wait for it (see `part-rooms.ts`). */
  readonly reservedBytes: number;
  /** For more bytes than that. */
  stream(): StreamedUpload;
}

const GROWTH_BYTES = 256 * 1024;

export function heldDraft(plan: HeldPlan): OwnDraft {
  const { bucket, key, path, options, conditions, condition } = plan;
  const { budget } = bucket;
  let room: Buffer | undefined;
  let used = 0;
  let reserved = plan.reservedBytes;
  let stream: StreamedUpload | undefined;

  /** What turns out to be larger than was thought takes what is left of the budget; then it goes beyond: that is rare. */
  function grow(bytes: number): void {
    while (reserved < bytes && budget.tryTake(GROWTH_BYTES)) reserved += GROWTH_BYTES;
  }
  /** Gives back all but so many bytes. */
  function release(keptBytes = 0): void {
    if (reserved <= keptBytes) return;
    budget.give(reserved - keptBytes);
    reserved = keptBytes;
  }

  function end(): void {
    plan.forget();
    release();
    room = undefined;
  }

  async function keep(piece: Uint8Array): Promise<void> {
    room ??= Buffer.allocUnsafeSlow(plan.capacity);
    grow(Math.min(used + piece.length, plan.capacity));
    if (!stream && used + piece.length <= plan.capacity) {
      room.set(piece, used);
      used += piece.length;
      return;
    }
    if (!stream) {
      stream = plan.stream();
      await stream.write(room.subarray(0, used));
      room = undefined;
    }
    await stream.write(Buffer.from(piece));
    used += piece.length;
  }

  const draft: OwnDraft = {
    path,
    mtimeMs: whole(options.mtimeMs),
    takesAtOnce: true,
    storedBytes: 0,
    get size() {
      return used;
    },
    get content() {
      return stream ? undefined : (room?.subarray(0, used) ?? new Uint8Array());
    },

    async write(chunk: Chunk) {
      options.signal.throwIfAborted();
      for (const piece of chunk) if (piece.length > 0) await keep(piece);
    },

    async flush() {},

    async finish(): Promise<FinishedDraft> {
      options.signal.throwIfAborted();
      if (stream) await stream.check();
      else {
        if (room && used < room.length / 2) room = Buffer.from(room.subarray(0, used));
        release(used);
      }
      return { size: used, mtimeMs: draft.mtimeMs, mtimeKept: true };
    },

    async publish({ onlyNew, mayWrite = options.mayWrite }) {
      const streamed = stream;
      await conditions.publish({
        ...plan,
        ...{ mark: options.mark ?? options.name, onlyNew, mayWrite, condition },
        async send(now, ask) {
          if (!streamed) return put(now, ask);
          await ask?.();
          return streamed.complete();
        },
      });
      end();
    },

    async leave() {
      await draft.discard().catch(() => undefined); // nothing to resume
    },

    async discard() {
      await stream?.discard();
      end();
    },
  };

  function put(now: Condition | Record<string, never>, mayPut: MayWrite | undefined): Promise<unknown> {
    const Body = room?.subarray(0, used) ?? new Uint8Array();
    const digest = sha256(Body);
    const command = new PutObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Body,
      ContentLength: Body.length,
      ...describedAs(bucket, path, options, digest.toString('hex')),
      ...(bucket.checksums ? { ChecksumSHA256: digest.toString('base64') } : {}),
      ...bucket.writing,
      ...now,
    });
    return bucket.client.send(guarded(signDigest(command, digest), mayPut), { abortSignal: options.signal });
  }

  return draft;
}
