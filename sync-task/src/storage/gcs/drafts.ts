/** The drafts of a bucket: begun, found again by their tickets, published and given up. */
import { SyncError } from '../../base/errors.ts';
import { draftExists, draftMissing } from '../draft-errors.ts';
import { ownDrafts } from '../objects/own-drafts.ts';
import { existsAlready } from '../standing.ts';
import type { Storage } from '../storage.ts';
import { type GcsBucket, look } from './bucket.ts';
import { type GcsDraft, startDraft } from './gcs-draft.ts';
import { explained, statusOf } from './gcs-errors.ts';
import { readTicket } from './ticket.ts';
import { sessionState } from './upload-session.ts';

export interface GcsDrafts extends Pick<Storage, 'draft' | 'statDraft' | 'publish' | 'recover'> {
  leaveAll(): Promise<void>;
}

export function gcsDrafts(bucket: GcsBucket): GcsDrafts {
  const { label, keys, send, timeoutMs } = bucket;
  const begun = ownDrafts<GcsDraft>();

  async function assertFree(path: string, object: string, mark: string): Promise<void> {
    const found = await look(bucket, object);
    if (found && found.draft !== mark) throw existsAlready(label, path);
  }

  return {
    async draft(path, options) {
      const { name, signal } = options;
      const object = keys.keyOf(path);
      const own = begun.of(path, name);
      signal.throwIfAborted();
      if (/[\r\n]/.test(path)) throw lineEndIn(label, path);
      if (own) throw draftExists(label, path, name);
      const generation = async () => (await look(bucket, object))?.etag ?? '0';
      const forget = () => begun.forget(path, name);
      const draft = await startDraft({ bucket, name: object, path, options, generation, forget });
      begun.keep(path, name, draft);
      return draft;
    },

    async statDraft(path, name, ticket) {
      keys.keyOf(path);
      const own = begun.of(path, name);
      if (own) return { size: own.size, mtimeMs: own.mtimeMs };
      if (ticket === undefined) return undefined;
      const { uri, mtimeMs } = readTicket(ticket);
      const state = await explained({ label, path, what: 'look at the upload of' }, () =>
        sessionState({ send, uri, timeoutMs, signal: new AbortController().signal }),
      );
      return state === undefined || state.response ? undefined : { size: state.storedBytes, mtimeMs };
    },

    async publish(path, name, { onlyNew, mayWrite } = {}) {
      const object = keys.keyOf(path);
      const draft = begun.of(path, name);
      if (!draft) throw draftMissing(label, path);
      await explained({ label, path, what: 'publish' }, async () => {
        try {
          // That nothing stands now is enough: what the upload may replace was settled when it began.
          if (onlyNew) await assertFree(path, object, draft.mark);
          await draft.publish(mayWrite);
        } catch (error) {
          if (statusOf(error) !== 412) throw error;
          // The answer to an earlier try of this very request may have been lost.
          const found = await look(bucket, object);
          if (found?.draft !== draft.mark) throw found && onlyNew ? existsAlready(label, path, error) : error;
          await draft.leave();
        }
      });
    },

    async recover(path, name) {
      keys.keyOf(path);
      const own = begun.of(path, name);
      await own?.discard();
      return own !== undefined; // the service forgets all others after a week
    },

    async leaveAll() {
      for (const draft of begun.all()) await draft.leave();
    },
  };
}

function lineEndIn(label: string, path: string): SyncError {
  return new SyncError(
    `${label}: cannot write ${JSON.stringify(path)}: Google Cloud Storage takes no line ends in names; rename it at the source`,
    { kind: 'permanent', reason: 'name-refused', path },
  );
}
