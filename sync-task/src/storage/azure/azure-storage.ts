/**
 * `az://container/prefix`: a container of Azure Blob Storage. There are no folders and no renames: a draft is staged blocks,
 * and publishing it is the one request that commits them. A reader sees the old blob or the new one.
 */
import { SyncError } from '../../base/errors.ts';
import { byteBudget } from '../budget.ts';
import { skewBetween } from '../clock.ts';
import { draftExists, draftMissing } from '../draft-errors.ts';
import { probeName, tempName } from '../draft-name.ts';
import { asHeaders, describing } from '../objects/description.ts';
import { keySpace } from '../objects/keys.ts';
import { metadataOf } from '../objects/metadata.ts';
import { changed, RANGE_BYTES, readObject, vanished } from '../objects/read-object.ts';
import { existsAlready } from '../standing.ts';
import type { Draft, DraftOptions, PublishOptions, Storage } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { containerClient } from './azure-client.ts';
import { type AzureDraft, MTIME_STEP_MS, startDraft } from './azure-draft.ts';
import { explained, isMissing, statusOf } from './azure-errors.ts';
import { descriptionOf, httpHeaders, keyOf } from './blob-description.ts';
import { entryOf, look } from './blob-version.ts';
import { standingDraft } from './standing-draft.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;
const WRITE_BYTES = 1024 * 1024;

/** Sends nothing yet. Throws `usage` where what is set does not go together. */
export async function open(options: OpenOptions): Promise<Storage> {
  const { label, path: prefix } = options.endpoint.location;
  const container = containerClient(options);
  const keys = keySpace(prefix);
  const describe = describing(options.endpoint.content);
  const shareBytes = Math.floor(options.settings.bufferBytes / 2);
  const [reading, writing] = [byteBudget(shareBytes), byteBudget(shareBytes)];
  /** Begun by this process, by path and name. */
  const drafts = new Map<string, AzureDraft>();
  const draftKey = (path: string, name: string) => `${path}/${tempName(name)}`; // refuses what is no name of a draft
  const blobOf = (path: string) => container.getBlockBlobClient(keys.keyOf(path));

  async function* list(folder: string, signal: AbortSignal) {
    const below = keys.below(folder);
    signal.throwIfAborted();
    const pages = container
      .listBlobsFlat({ prefix: below, includeMetadata: true, abortSignal: signal })
      .byPage({ maxPageSize: 5000 });
    for (;;) {
      const page = await explained({ label, path: folder, what: 'list', signal }, () => pages.next());
      signal.throwIfAborted();
      if (page.done) return;
      const entries = page.value.segment.blobItems.flatMap((item) => {
        const entry = entryOf(keys, item);
        return entry ? [entry] : [];
      });
      if (entries.length > 0) yield entries;
    }
  }

  /** Commits what a draft has staged, where still that stands which it is to replace. */
  async function commit(path: string, name: string, options: PublishOptions): Promise<void> {
    const blob = blobOf(path);
    const own = drafts.get(draftKey(path, name));
    const standing = own ?? (await standingDraft(blob, name));
    if (!standing) {
      throw draftMissing(label, path);
    }
    const ids = 'ids' in standing ? [...standing.ids] : standing.blocks.map(({ id }) => id);
    const etag = own?.replaces ? own.replaces.etag : (await look(blob))?.etag;
    const { onlyNew, mark = own?.mark ?? name, mayWrite = own?.mayWrite } = options;
    const described = describe(path, own?.description);
    await mayWrite?.();
    try {
      await blob.commitBlockList(ids, {
        metadata: {
          ...asHeaders(described.metadata, keyOf),
          ...metadataOf({ mtimeMs: standing.mtimeMs, draft: mark, ...own?.facts }),
        },
        conditions: etag === undefined || onlyNew ? { ifNoneMatch: '*' } : { ifMatch: etag },
        blobHTTPHeaders: httpHeaders(described),
      });
    } catch (error) {
      // The answer to an earlier try of this very request may have been lost.
      const found = statusOf(error) === 412 || statusOf(error) === 409 ? await look(blob) : undefined;
      if (found?.draft === mark) return;
      throw found && onlyNew ? existsAlready(label, path, error) : error;
    }
  }

  const storage: Storage = {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: true,
      setMtime: true,
      maxReadBytes: RANGE_BYTES,
      maxWriteBytes: WRITE_BYTES,
      mtimeStepMs: MTIME_STEP_MS,
      readsDrafts: false,
      draftsApart: false,
      publishesNew: 'atomic',
      filesAtOnce: FILES_AT_ONCE,
    },

    list: ({ prefix: folder, signal }) => list(folder, signal),

    async stat(path) {
      const blob = blobOf(path);
      const found = await explained({ label, path, what: 'look at' }, () => look(blob));
      return found && { kind: found.kind, size: found.size, mtimeMs: found.mtimeMs };
    },

    async describe(path) {
      const blob = blobOf(path);
      return explained({ label, path, what: 'look at' }, () => descriptionOf(blob));
    },

    read(path, { expected, start, signal }) {
      const blob = blobOf(path);
      const request = { label, path, what: 'read', signal };
      return readObject({
        label,
        path,
        expected,
        start,
        budget: reading,
        signal,
        look: () =>
          explained(request, async () => {
            const found = await look(blob, signal);
            if (found?.kind === 'folder') throw changed(label, path);
            return found;
          }),
        fetch: (etag, offset, bytes, abortSignal) =>
          explained({ ...request, signal: abortSignal }, async () => {
            try {
              const buffer = Buffer.allocUnsafeSlow(bytes);
              await blob.downloadToBuffer(buffer, offset, bytes, {
                abortSignal,
                blockSize: bytes,
                concurrency: 1,
                conditions: { ifMatch: etag },
              });
              return buffer;
            } catch (error) {
              if (statusOf(error) === 412 || statusOf(error) === 416) throw changed(label, path, error);
              if (isMissing(error)) throw vanished(label, path, error);
              throw error;
            }
          }),
      });
    },

    async draft(path: string, options: DraftOptions): Promise<Draft> {
      const blob = blobOf(path);
      const key = draftKey(path, options.name);
      if (/[\\\r]/.test(path)) {
        throw new SyncError(
          `${label}: cannot write ${JSON.stringify(path)}: Azure takes a backslash for a slash, and lists no carriage return; rename it at the source`,
          { kind: 'permanent', reason: 'name-refused', path },
        );
      }
      options.signal.throwIfAborted();
      if (drafts.has(key)) {
        throw draftExists(label, path, options.name);
      }
      const draft = await startDraft({
        blob,
        label,
        path,
        budget: writing,
        options,
        version: async () => (await look(blob, options.signal))?.etag,
        forget: () => drafts.delete(key),
      });
      drafts.set(key, draft);
      return draft;
    },

    async statDraft(path, name) {
      const blob = blobOf(path);
      const own = drafts.get(draftKey(path, name));
      if (own) return { size: own.storedBytes, mtimeMs: own.mtimeMs };
      const standing = await explained({ label, path, what: 'look at' }, () => standingDraft(blob, name));
      if (!standing) return undefined;
      return { size: standing.blocks.reduce((sum, { size }) => sum + size, 0), mtimeMs: standing.mtimeMs };
    },

    async publishedBy(path, signal) {
      const blob = blobOf(path);
      return (await explained({ label, path, what: 'look at', signal }, () => look(blob, signal)))?.draft;
    },

    async publish(path, name, options = {}) {
      keys.keyOf(path);
      await explained({ label, path, what: 'publish' }, () => commit(path, name, options)).finally(() =>
        drafts.delete(draftKey(path, name)),
      );
    },

    async recover(path, name) {
      keys.keyOf(path);
      // There is no way to remove staged blocks: they go with the next commit, or by themselves after a week.
      drafts.delete(draftKey(path, name));
      return false;
    },

    async clockSkew(signal) {
      const startMs = Date.now();
      const answer = await explained({ label, path: '', what: 'look at', signal }, () =>
        container.listBlobsFlat({ abortSignal: signal }).byPage({ maxPageSize: 1 }).next(),
      );
      const date: Date | undefined = answer.value?.date;
      return date && skewBetween(date.getTime(), startMs, Date.now());
    },

    async probe(signal) {
      const blob = container.getBlockBlobClient(`${prefix === '' ? '' : `${prefix}/`}${tempName(probeName())}`);
      const request = { label, path: '', what: 'write a probe to', signal };
      const startMs = Date.now();
      const { date } = await explained(request, () => blob.upload('', 0, { abortSignal: signal }));
      await explained({ ...request, what: 'remove a probe from' }, () => blob.delete());
      return {
        clockSkewMs: date && skewBetween(date.getTime(), startMs, Date.now()),
        freeBytes: undefined,
        notes: [
          'uploads that are given up cannot be removed: Azure forgets their blocks after a week',
          'what was written is checked by MD5 on its way; --verify read-back reads it when it is published already',
        ],
      };
    },

    async [Symbol.asyncDispose]() {
      for (const draft of drafts.values()) await draft.leave();
      drafts.clear();
    },
  };
  return storage;
}
