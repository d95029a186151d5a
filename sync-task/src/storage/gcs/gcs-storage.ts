/**
 * `gs://bucket/prefix`: a bucket of Google Cloud Storage. It has no folders and no renames: a draft is kept in memory or goes
 * up as a resumable upload, and the one request that publishes it makes the object. A reader sees the old one or the new.
 */
import { openAgents } from '../objects/agents.ts';
import { RANGE_BYTES } from '../objects/read-object.ts';
import type { Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { look, MTIME_STEP_MS, openBucket } from './bucket.ts';
import { gcsDrafts } from './drafts.ts';
import { explained } from './gcs-errors.ts';
import { describeObject, listObjects, readVersion } from './objects.ts';
import { bucketClockSkew, probeBucket } from './probe-bucket.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;

/** Sends nothing yet. Throws `usage` where the settings do not go together. */
export async function open(options: OpenOptions): Promise<Storage> {
  const agents = openAgents(options);
  const bucket = openBucket(options, agents);
  const { label, keys } = bucket;
  const drafts = gcsDrafts(bucket);

  async function found(path: string, signal?: AbortSignal) {
    const name = keys.keyOf(path);
    return explained({ label, path, what: 'look at', signal }, () => look(bucket, name, signal));
  }

  return {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: true,
      setMtime: true,
      maxReadBytes: RANGE_BYTES,
      mtimeStepMs: MTIME_STEP_MS,
      readsDrafts: false,
      draftsApart: true,
      publishesNew: 'atomic',
      filesAtOnce: FILES_AT_ONCE,
    },
    list: (listing) => listObjects(bucket, listing),
    async stat(path) {
      const stands = await found(path);
      return stands && { kind: stands.kind, size: stands.size, mtimeMs: stands.mtimeMs };
    },
    describe: (path) => describeObject(bucket, path),
    read: (path, reading) => readVersion(bucket, path, reading),
    draft: drafts.draft,
    statDraft: drafts.statDraft,
    publish: drafts.publish,
    recover: drafts.recover,
    publishedBy: async (path, signal) => (await found(path, signal))?.draft,
    clockSkew: (signal) => bucketClockSkew(bucket, signal),
    probe: (signal) => probeBucket(bucket, signal),
    async [Symbol.asyncDispose]() {
      await drafts.leaveAll();
      agents.destroy();
    },
  };
}
