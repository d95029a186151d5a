/**
 * `az://container/prefix`: a container of Azure Blob Storage. It has no folders and no renames: a draft is staged blocks, and
 * the one request that commits them publishes it. A reader sees the old blob or the new one.
 */
import { RANGE_BYTES } from '../objects/read-object.ts';
import type { Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { MTIME_STEP_MS } from './azure-draft.ts';
import { explained } from './azure-errors.ts';
import { descriptionOf } from './blob-description.ts';
import { look } from './blob-version.ts';
import { listBlobs, readVersion } from './blobs.ts';
import { openContainer } from './container.ts';
import { azureDrafts } from './drafts.ts';
import { containerClockSkew, probeContainer } from './probe-container.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;

/** Sends nothing yet. Throws `usage` where the settings do not go together. */
export async function open(options: OpenOptions): Promise<Storage> {
  const container = openContainer(options);
  const { label, blobOf } = container;
  const drafts = azureDrafts(container);

  async function found(path: string, signal?: AbortSignal) {
    const blob = blobOf(path);
    return explained({ label, path, what: 'look at', signal }, () => look(blob, signal));
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
      draftsApart: false,
      publishesNew: 'atomic',
      filesAtOnce: FILES_AT_ONCE,
    },
    list: (listing) => listBlobs(container, listing),
    async stat(path) {
      const stands = await found(path);
      return stands && { kind: stands.kind, size: stands.size, mtimeMs: stands.mtimeMs };
    },
    async describe(path) {
      const blob = blobOf(path);
      return explained({ label, path, what: 'look at' }, () => descriptionOf(blob));
    },
    read: (path, reading) => readVersion(container, path, reading),
    draft: drafts.draft,
    statDraft: drafts.statDraft,
    publish: drafts.publish,
    recover: drafts.recover,
    publishedBy: async (path, signal) => (await found(path, signal))?.draft,
    clockSkew: (signal) => containerClockSkew(container, signal),
    probe: (signal) => probeContainer(container, signal),
    [Symbol.asyncDispose]: () => drafts.leaveAll(),
  };
}
