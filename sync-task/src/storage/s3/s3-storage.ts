/**
 * `s3://bucket/prefix`: a bucket as a storage. It has no folders and no renames: a draft is bytes in memory or a multipart
 * upload, and the one request that publishes it makes the object. A reader sees the old one or the new.
 */
import { byteBudget } from '../budget.ts';
import { describing } from '../objects/description.ts';
import { keySpace } from '../objects/keys.ts';
import { readObject } from '../objects/read-object.ts';
import type { Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { type Bucket, describeObject } from './bucket.ts';
import { endpointOf, openClient } from './client.ts';
import { conditions } from './conditions.ts';
import { offers } from './drafts/copy-source.ts';
import { s3Drafts } from './drafts/drafts.ts';
import { writeBudgetBytes } from './drafts/upload-plan.ts';
import { listObjects } from './list-objects.ts';
import { descriptionOf, draftOf, fileVersionOf, keptMtimeMs, MTIME_STEP_MS } from './object-version.ts';
import { bucketClockSkew, probeBucket } from './probe-bucket.ts';
import { fetchRange, RANGE_BYTES, RANGES_AT_ONCE } from './read-object.ts';
import { writeOptions } from './write-options.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;

/** Sends nothing yet. Throws `usage` where the settings do not go together. */
export async function open(options: OpenOptions): Promise<Storage> {
  const shareBytes = Math.floor(options.settings.bufferBytes / 2);
  const bucket = await openBucket(options, writeBudgetBytes(shareBytes));
  const { client, keys, label } = bucket;
  const service = endpointOf(options) ?? 'aws';
  const reading = byteBudget(shareBytes);
  const fencing = conditions();
  const drafts = s3Drafts(bucket, service, fencing);
  const at = (path: string) => ({ bucket, key: keys.keyOf(path), path });

  return {
    copyOffer: offers.sign({ service, bucket }),
    label,
    capabilities: {
      atomicReplace: true,
      // What is acknowledged is stored for good.
      fsync: true,
      setMtime: true,
      maxReadBytes: RANGE_BYTES,
      mtimeStepMs: MTIME_STEP_MS,
      filesAtOnce: FILES_AT_ONCE,
      readsDrafts: false,
      draftsApart: true,
      get publishesNew() {
        return fencing.hold ? 'atomic' : 'looked-at';
      },
    },

    list: (listing) => listObjects(bucket, listing),

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

    read(path, asked) {
      const target = at(path);
      if (asked.draft !== undefined) return drafts.read(path, asked.draft, asked);
      const { expected, start, signal } = asked;
      return readObject({
        ...{ label, path, expected, start, signal, budget: reading },
        ...{ rangeBytes: RANGE_BYTES, rangesAtOnce: RANGES_AT_ONCE },
        fetch: (etag, from, bytes, abortSignal) =>
          fetchRange(target, { etag, start: from, bytes, expected, signal: abortSignal }),
      });
    },

    draft: drafts.draft,
    draftFrom: drafts.draftFrom,
    statDraft: drafts.statDraft,
    publish: drafts.publish,
    recover: drafts.recover,

    clockSkew: (signal) => bucketClockSkew(bucket, signal),
    probe: (signal) => probeBucket(bucket, fencing, signal),
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

async function openBucket(options: OpenOptions, budgetBytes: number): Promise<Bucket> {
  const { location, s3, content } = options.endpoint;
  const client = await openClient(options);
  return {
    client,
    name: location.host,
    label: location.label,
    keys: keySpace(location.path, 'key'),
    writing: writeOptions(s3),
    describe: describing(content),
    budget: byteBudget(budgetBytes),
    budgetBytes,
    checksums: (await client.config.requestChecksumCalculation()) !== 'WHEN_REQUIRED',
  };
}
