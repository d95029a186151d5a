/** The drafts of a container: begun, found again by their blocks, committed. Azure has no way to remove staged blocks. */
import { SyncError } from '../../base/errors.ts';
import { draftExists, draftMissing } from '../draft-errors.ts';
import { asHeaders } from '../objects/description.ts';
import { metadataOf } from '../objects/metadata.ts';
import { ownDrafts } from '../objects/own-drafts.ts';
import { existsAlready } from '../standing.ts';
import type { PublishOptions, Storage } from '../storage.ts';
import { type AzureDraft, startDraft } from './azure-draft.ts';
import { explained, statusOf } from './azure-errors.ts';
import { httpHeaders, keyOf } from './blob-description.ts';
import { look } from './blob-version.ts';
import type { Container } from './container.ts';
import { standingDraft } from './standing-draft.ts';

export interface AzureDrafts extends Pick<Storage, 'draft' | 'statDraft' | 'publish' | 'recover'> {
  leaveAll(): Promise<void>;
}

export function azureDrafts(container: Container): AzureDrafts {
  const { label, keys, blobOf } = container;
  const begun = ownDrafts<AzureDraft>();

  /** Commits what a draft has staged, on the condition that the blob is still the one to be replaced. */
  async function commit(path: string, name: string, options: PublishOptions): Promise<void> {
    const blob = blobOf(path);
    const own = begun.of(path, name);
    const standing = own ?? (await standingDraft(blob, name));
    if (!standing) throw draftMissing(label, path);
    const ids = 'ids' in standing ? [...standing.ids] : standing.blocks.map(({ id }) => id);
    const etag = own?.replaces ? own.replaces.etag : (await look(blob))?.etag;
    const { onlyNew, mark = own?.mark ?? name, mayWrite = own?.mayWrite } = options;
    const described = container.describe(path, own?.description);
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

  return {
    async draft(path, options) {
      const { name, signal } = options;
      const blob = blobOf(path);
      const own = begun.of(path, name);
      if (/[\\\r]/.test(path)) throw nameRefused(label, path);
      signal.throwIfAborted();
      if (own) throw draftExists(label, path, name);
      const draft = await startDraft({
        ...{ blob, label, path, budget: container.writing, options },
        version: async () => (await look(blob, signal))?.etag,
        forget: () => begun.forget(path, name),
      });
      begun.keep(path, name, draft);
      return draft;
    },

    async statDraft(path, name) {
      const blob = blobOf(path);
      const own = begun.of(path, name);
      if (own) return { size: own.storedBytes, mtimeMs: own.mtimeMs };
      const standing = await explained({ label, path, what: 'look at' }, () => standingDraft(blob, name));
      if (!standing) return undefined;
      return { size: standing.blocks.reduce((sum, { size }) => sum + size, 0), mtimeMs: standing.mtimeMs };
    },

    async publish(path, name, options = {}) {
      keys.keyOf(path);
      await explained({ label, path, what: 'publish' }, () => commit(path, name, options)).finally(() =>
        begun.forget(path, name),
      );
    },

    async recover(path, name) {
      keys.keyOf(path);
      // Staged blocks go with the next commit, or after a week.
      begun.forget(path, name);
      return false;
    },

    async leaveAll() {
      for (const draft of begun.all()) await draft.leave();
    },
  };
}

function nameRefused(label: string, path: string): SyncError {
  return new SyncError(
    `${label}: cannot write ${JSON.stringify(path)}: Azure takes a backslash for a slash, and lists no carriage return; rename it at the source`,
    { kind: 'permanent', reason: 'name-refused', path },
  );
}
