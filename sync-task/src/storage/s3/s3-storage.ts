/**
 * `s3://bucket/prefix`: a bucket as a storage. There are no folders and no renames here: a draft is bytes that are kept, or
 * a multipart upload, and publishing it is the one request that makes it an object. A reader sees the old one or the new.
 */
import { SyncError } from '../../base/errors.ts';
import type { Chunk } from '../../base/model.ts';
import { byteBudget } from '../budget.ts';
import { draftExists, draftMissing } from '../draft-errors.ts';
import { tempName } from '../draft-name.ts';
import { describing } from '../objects/description.ts';
import { keyNames } from '../objects/keys.ts';
import type { Draft, DraftOptions, ReadOptions, Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { type Bucket, describeObject, guarded, type ObjectTarget } from './bucket.ts';
import { endpointOf, openClient } from './client.ts';
import { type Condition, conditions } from './conditions.ts';
import { copiedDraft } from './drafts/copied-draft.ts';
import { copySource, offers } from './drafts/copy-source.ts';
import { heldDraft } from './drafts/held-draft.ts';
import { multipartDraft } from './drafts/multipart-draft.ts';
import type { OwnDraft } from './drafts/own-draft.ts';
import { streamedUpload } from './drafts/streamed-upload.ts';
import { readTicket } from './drafts/ticket.ts';
import { LEAST_PART_BYTES, partBytes, writeBudgetBytes } from './drafts/upload-plan.ts';
import { abortUpload, completion, emptyUploads, standingBytes, standingUpload } from './drafts/uploads.ts';
import { listObjects } from './list-objects.ts';
import { descriptionOf, draftOf, fileVersionOf, keptMtimeMs, MTIME_STEP_MS, whole } from './object-version.ts';
import { bucketClockSkew, probeBucket } from './probe-bucket.ts';
import { RANGE_BYTES, readObject } from './read-object.ts';
import { writeOptions } from './write-options.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;
/** By how much transforms usually lengthen a file at most. */
const LIKELY_MORE_BYTES = 64 * 1024;

/** Sends nothing yet. Throws `usage` where what is set does not go together. */
export async function open(options: OpenOptions): Promise<Storage> {
  const { location } = options.endpoint;
  const { label } = location;
  const client = await openClient(options);
  const service = endpointOf(options) ?? 'aws';
  const keys = keyNames(location.path);
  const shareBytes = Math.floor(options.settings.bufferBytes / 2);
  const budgetBytes = writeBudgetBytes(shareBytes);
  const bucket: Bucket = {
    client,
    name: location.host,
    label,
    writing: writeOptions(options.endpoint.s3),
    describe: describing(options.endpoint.content),
    budget: byteBudget(budgetBytes),
    budgetBytes,
    checksums: (await client.config.requestChecksumCalculation()) !== 'WHEN_REQUIRED',
  };
  const reading = byteBudget(shareBytes);
  const fencing = conditions();
  /** Begun by this process, by name. */
  const drafts = new Map<string, OwnDraft>();

  const at = (path: string): ObjectTarget => ({ bucket, key: keys.keyOf(path), path });
  const own = (path: string, name: string) => {
    tempName(name); // refuses what is no name of a draft
    const draft = drafts.get(name);
    return draft?.path === path ? draft : undefined;
  };

  async function begin(path: string, options: DraftOptions): Promise<OwnDraft> {
    const target = at(path);
    const condition = await fencing.begin(target);
    const plan = { ...target, options, conditions: fencing, condition, forget: () => drafts.delete(options.name) };
    const { expectedBytes, resume } = options;
    if (resume) {
      const ticket = resume.ticket === undefined ? undefined : readTicket(resume.ticket);
      const standing = ticket && (await standingUpload(target, ticket.uploadId));
      if (!standing) throw draftMissing(label, path);
      const first = standing.parts.get(1);
      if (first && first.size > budgetBytes) {
        // Parts that the service has copied by itself are too large to be made here.
        await abortUpload(target, standing.uploadId);
        throw draftMissing(label, path);
      }
      const standingPartBytes = first?.size ?? LEAST_PART_BYTES;
      await bucket.budget.take(standingPartBytes);
      return multipartDraft({ ...plan, partBytes: standingPartBytes, standing });
    }
    const largePartBytes = partBytes(expectedBytes ?? 0, budgetBytes, path);
    if (expectedBytes !== undefined && expectedBytes > largePartBytes) {
      await bucket.budget.take(largePartBytes);
      return multipartDraft({ ...plan, partBytes: largePartBytes, standing: undefined });
    }
    // Where nobody knows how much will come: what probably does, up to a part that is filled and one that is under way.
    const likelyBytes = expectedBytes ?? Math.min(2 * largePartBytes, (options.likelyBytes ?? 0) + LIKELY_MORE_BYTES);
    const reservedBytes = Math.min(likelyBytes, budgetBytes);
    await bucket.budget.take(reservedBytes);
    return heldDraft({
      ...plan,
      capacity: expectedBytes ?? largePartBytes,
      reservedBytes,
      stream: () => streamedUpload(target, options, largePartBytes, condition),
    });
  }

  async function* readDraft(path: string, name: string, { expected, start }: ReadOptions): AsyncGenerator<Chunk> {
    const content = own(path, name)?.content;
    if (content === undefined) {
      throw new SyncError(`${label}: a draft that is being uploaded cannot be read before it is published`, {
        kind: 'permanent',
        reason: 'draft-unreadable',
        path,
      });
    }
    if (content.length !== expected.size) {
      throw new SyncError(
        `${label}: the draft of ${JSON.stringify(path)} has ${content.length} bytes, not ${expected.size}`,
        {
          kind: 'changed',
          reason: 'changed-while-read',
          path,
        },
      );
    }
    if (start < content.length) yield [Buffer.from(content.subarray(start))];
  }

  return {
    copyOffer: offers.sign({ service, bucket, keys }),
    label,
    capabilities: {
      atomicReplace: true,
      // What is acknowledged is stored for good.
      fsync: true,
      setMtime: true,
      maxReadBytes: RANGE_BYTES,
      maxWriteBytes: LEAST_PART_BYTES,
      mtimeStepMs: MTIME_STEP_MS,
      filesAtOnce: FILES_AT_ONCE,
      readsDrafts: false,
      draftsApart: true,
      get publishesNew() {
        return fencing.hold ? 'atomic' : 'looked-at';
      },
    },

    list: ({ prefix, signal }) => listObjects({ client, bucket: bucket.name, keys, label, folder: prefix, signal }),

    async stat(path) {
      const found = await describeObject(at(path));
      fencing.saw(path, found?.ETag);
      return found && { kind: 'file', ...fileVersionOf(found) };
    },

    async publishedBy(path, signal) {
      const found = await describeObject(at(path), signal);
      return found && draftOf(found);
    },

    describesTimes: true,
    async describe(path) {
      const found = await describeObject(at(path));
      return found && { content: descriptionOf(found), keptMtimeMs: keptMtimeMs(found) };
    },

    read(path, options) {
      const { key } = at(path);
      if (options.draft !== undefined) return readDraft(path, options.draft, options);
      return readObject({ client, bucket: bucket.name, key, label, path, budget: reading, ...options });
    },

    async draft(path: string, options: DraftOptions): Promise<Draft> {
      if (own(path, options.name)) {
        throw draftExists(label, path, options.name);
      }
      options.signal.throwIfAborted();
      const draft = await begin(path, options);
      drafts.set(options.name, draft);
      return draft;
    },

    async draftFrom(origin, path, options) {
      const from = await copySource(bucket, service, origin);
      if (!from) return undefined;
      const target = at(path);
      const ticket = options.resume?.ticket === undefined ? undefined : readTicket(options.resume.ticket);
      const draft = copiedDraft({
        ...target,
        options,
        conditions: fencing,
        condition: await fencing.begin(target),
        forget: () => drafts.delete(options.name),
        from,
        standing: ticket && (await standingUpload(target, ticket.uploadId)),
      });
      drafts.set(options.name, draft);
      return draft;
    },

    async statDraft(path, name, ticket) {
      const target = at(path);
      const draft = own(path, name);
      if (draft) return { size: draft.size, mtimeMs: draft.mtimeMs };
      if (ticket === undefined) return undefined;
      const { uploadId, mtimeMs } = readTicket(ticket);
      const standing = await standingUpload(target, uploadId);
      return standing && { size: standingBytes(standing), mtimeMs: whole(mtimeMs) };
    },

    async publish(path, name, options = {}) {
      const { ticket, mark = name, onlyNew, mayWrite } = options;
      const target = at(path);
      const draft = own(path, name);
      if (draft) {
        await draft.publish(options);
        return;
      }
      const upload = ticket === undefined ? undefined : readTicket(ticket);
      const standing = upload && (await standingUpload(target, upload.uploadId));
      if (!standing) throw draftMissing(label, path);
      // Whoever began it looked at what stood there; who finds it after a crash holds the claim, and looks anew.
      const condition: Condition | undefined = await fencing.begin(target);
      const key = { Bucket: bucket.name, Key: target.key };
      await fencing.publish({
        ...target,
        ...{ mark, onlyNew, mayWrite, condition },
        send: (now, ask) =>
          client.send(guarded(completion(key, standing.uploadId, [...standing.parts.values()], now), ask)),
      });
    },

    async recover(path, name, ticket) {
      const target = at(path);
      const draft = own(path, name);
      if (draft) {
        await draft.discard();
        return true;
      }
      let removed = false;
      if (ticket !== undefined) removed = await abortUpload(target, readTicket(ticket).uploadId);
      for (const empty of await emptyUploads(target)) removed = (await abortUpload(target, empty)) || removed;
      return removed;
    },

    clockSkew: (signal) => bucketClockSkew(bucket, signal),

    probe: (signal) => probeBucket(bucket, keys, fencing, signal),

    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}
