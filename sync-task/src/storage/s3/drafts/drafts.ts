/** The drafts of a bucket: begun in the way that fits the file, found again by their tickets, published and given up. */
import { SyncError } from '../../../base/errors.ts';
import type { Chunk } from '../../../base/model.ts';
import { draftExists, draftMissing } from '../../draft-errors.ts';
import { ownDrafts } from '../../objects/own-drafts.ts';
import type { DraftOptions, ReadOptions, Storage } from '../../storage.ts';
import { type Bucket, guarded, type ObjectTarget } from '../bucket.ts';
import type { Conditions } from '../conditions.ts';
import { whole } from '../object-version.ts';
import { copiedDraft } from './copied-draft.ts';
import { copySource } from './copy-source.ts';
import { heldDraft } from './held-draft.ts';
import { multipartDraft } from './multipart-draft.ts';
import type { OwnDraft } from './own-draft.ts';
import { streamedUpload } from './streamed-upload.ts';
import { readTicket } from './ticket.ts';
import { LEAST_PART_BYTES, partBytes } from './upload-plan.ts';
import {
  abortUpload,
  completion,
  emptyUploads,
  type StandingUpload,
  standingBytes,
  standingUpload,
} from './uploads.ts';

/** By how much transforms usually lengthen a file at most. */
const LIKELY_MORE_BYTES = 64 * 1024;

export interface S3Drafts extends Required<Pick<Storage, 'draft' | 'draftFrom' | 'statDraft' | 'publish' | 'recover'>> {
  /** The bytes of a draft that is still here. */
  read(path: string, name: string, options: ReadOptions): AsyncIterable<Chunk>;
}

/** @param service its endpoint: buckets of one service can copy among themselves */
export function s3Drafts(bucket: Bucket, service: string, fencing: Conditions): S3Drafts {
  const { label, keys } = bucket;
  const begun = ownDrafts<OwnDraft>();
  const targetOf = (path: string): ObjectTarget => ({ bucket, key: keys.keyOf(path), path });

  /** What every kind of draft is made with. */
  async function planOf(path: string, options: DraftOptions) {
    const target = targetOf(path);
    const forget = () => begun.forget(path, options.name);
    return { ...target, options, conditions: fencing, condition: await fencing.begin(target), forget };
  }

  async function resumed(path: string, options: DraftOptions, ticket: string | undefined): Promise<OwnDraft> {
    const plan = await planOf(path, options);
    const standing = await standingOf(plan, ticket);
    if (!standing) throw draftMissing(label, path);
    const first = standing.parts.get(1);
    if (first && first.size > bucket.budgetBytes) {
      // Parts of a copy inside the service are too large to be made here.
      await abortUpload(plan, standing.uploadId);
      throw draftMissing(label, path);
    }
    const standingPartBytes = first?.size ?? LEAST_PART_BYTES;
    await bucket.budget.take(standingPartBytes);
    return multipartDraft({ ...plan, partBytes: standingPartBytes, standing });
  }

  async function fresh(path: string, options: DraftOptions): Promise<OwnDraft> {
    const plan = await planOf(path, options);
    const { expectedBytes, likelyBytes = 0 } = options;
    const largePartBytes = partBytes(expectedBytes ?? 0, bucket.budgetBytes, path);
    if (expectedBytes !== undefined && expectedBytes > largePartBytes) {
      await bucket.budget.take(largePartBytes);
      return multipartDraft({ ...plan, partBytes: largePartBytes, standing: undefined });
    }
    // Where nobody knows how much will come: what probably does, up to a part that is filled and one that is under way.
    const probablyBytes = expectedBytes ?? Math.min(2 * largePartBytes, likelyBytes + LIKELY_MORE_BYTES);
    const reservedBytes = Math.min(probablyBytes, bucket.budgetBytes);
    await bucket.budget.take(reservedBytes);
    return heldDraft({
      ...plan,
      capacity: expectedBytes ?? largePartBytes,
      reservedBytes,
      stream: () => streamedUpload(plan, options, largePartBytes, plan.condition),
    });
  }

  return {
    async draft(path, options) {
      keys.keyOf(path);
      if (begun.of(path, options.name)) throw draftExists(label, path, options.name);
      options.signal.throwIfAborted();
      const { resume } = options;
      const draft = resume ? await resumed(path, options, resume.ticket) : await fresh(path, options);
      begun.keep(path, options.name, draft);
      return draft;
    },

    async draftFrom(origin, path, options) {
      const from = await copySource(bucket, service, origin);
      if (!from) return undefined;
      const plan = await planOf(path, options);
      const draft = copiedDraft({ ...plan, from, standing: await standingOf(plan, options.resume?.ticket) });
      begun.keep(path, options.name, draft);
      return draft;
    },

    async *read(path, name, { expected, start }) {
      const content = begun.of(path, name)?.content;
      if (content === undefined) throw unreadable(label, path);
      if (content.length !== expected.size) throw otherSize(label, path, content.length, expected.size);
      if (start < content.length) yield [Buffer.from(content.subarray(start))];
    },

    async statDraft(path, name, ticket) {
      const target = targetOf(path);
      const own = begun.of(path, name);
      if (own) return { size: own.size, mtimeMs: own.mtimeMs };
      if (ticket === undefined) return undefined;
      const standing = await standingOf(target, ticket);
      return standing && { size: standingBytes(standing), mtimeMs: whole(readTicket(ticket).mtimeMs) };
    },

    async publish(path, name, options = {}) {
      const { ticket, mark = name, onlyNew, mayWrite } = options;
      const target = targetOf(path);
      const own = begun.of(path, name);
      if (own) return own.publish(options);
      const standing = await standingOf(target, ticket);
      if (!standing) throw draftMissing(label, path);
      // The process that began it had looked at the key. This one found it after a crash, holds the claim, and looks anew.
      const condition = await fencing.begin(target);
      const at = { Bucket: bucket.name, Key: target.key };
      await fencing.publish({
        ...target,
        ...{ mark, onlyNew, mayWrite, condition },
        send: (now, ask) =>
          bucket.client.send(guarded(completion(at, standing.uploadId, [...standing.parts.values()], now), ask)),
      });
    },

    async recover(path, name, ticket) {
      const target = targetOf(path);
      const own = begun.of(path, name);
      if (own) {
        await own.discard();
        return true;
      }
      let removed = false;
      if (ticket !== undefined) removed = await abortUpload(target, readTicket(ticket).uploadId);
      for (const empty of await emptyUploads(target)) removed = (await abortUpload(target, empty)) || removed;
      return removed;
    },
  };
}

/** The upload of that ticket; undefined where it is gone. */
async function standingOf(target: ObjectTarget, ticket: string | undefined): Promise<StandingUpload | undefined> {
  return ticket === undefined ? undefined : standingUpload(target, readTicket(ticket).uploadId);
}

function unreadable(label: string, path: string): SyncError {
  return new SyncError(`${label}: a draft that is being uploaded cannot be read before it is published`, {
    kind: 'permanent',
    reason: 'draft-unreadable',
    path,
  });
}

function otherSize(label: string, path: string, bytes: number, expectedBytes: number): SyncError {
  return new SyncError(`${label}: the draft of ${JSON.stringify(path)} has ${bytes} bytes, not ${expectedBytes}`, {
    kind: 'changed',
    reason: 'changed-while-read',
    path,
  });
}
