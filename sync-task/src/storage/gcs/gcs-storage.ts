/**
 * `gs://bucket/prefix`: a bucket of Google Cloud Storage. There are no folders and no renames: a draft is kept or goes up as a
 * resumable upload, and publishing is the one request that makes an object of it. A reader sees the old one or the new.
 */
import { SyncError } from '../../base/errors.ts';
import { byteBudget } from '../budget.ts';
import { skewBetween } from '../clock.ts';
import { draftExists, draftMissing } from '../draft-errors.ts';
import { probeName, tempName } from '../draft-name.ts';
import { openAgents } from '../objects/agents.ts';
import { describing, userMetadata } from '../objects/description.ts';
import { keySpace } from '../objects/keys.ts';
import { draftOf, mtimeOf } from '../objects/metadata.ts';
import { changed, RANGE_BYTES, readObject, vanished } from '../objects/read-object.ts';
import { webRequests } from '../objects/web-request.ts';
import { existsAlready } from '../standing.ts';
import type { DraftOptions, Storage, StoredFile } from '../storage.ts';
import type { OpenOptions } from '../storage-module.ts';
import { type GcsObject, gcsApi, isMissing } from './gcs-api.ts';
import { tokenSource } from './gcs-auth.ts';
import { type GcsDraft, startDraft } from './gcs-draft.ts';
import { explained, statusOf } from './gcs-errors.ts';
import { readTicket } from './ticket.ts';
import { sessionState } from './upload-session.ts';

/** Requests are short and cost a round trip each. */
const FILES_AT_ONCE = 32;
const MTIME_STEP_MS = 1;

interface Found extends StoredFile {
  readonly etag: string;
  readonly draft: string | undefined;
}

/** Sends nothing yet. */
export async function open(options: OpenOptions): Promise<Storage> {
  const { location, variable } = options.endpoint;
  const { label, path: prefix, host } = location;
  const timeoutMs = options.settings.idleTimeoutMs;
  const emulator = variable('STORAGE_EMULATOR_HOST');
  const agents = openAgents(options);
  const send = webRequests(agents);
  const auth = emulator === undefined ? tokenSource(options, agents) : undefined;
  const api = gcsApi({ send, bucket: host, auth, emulator, timeoutMs });
  const keys = keySpace(prefix);
  const describe = describing(options.endpoint.content);
  const shareBytes = Math.floor(options.settings.bufferBytes / 2);
  const [reading, writing] = [byteBudget(shareBytes), byteBudget(shareBytes)];
  /** Begun by this process, by path and name. */
  const drafts = new Map<string, GcsDraft>();
  const draftKey = (path: string, name: string) => `${path}/${tempName(name)}`; // refuses what is no name of a draft

  async function look(name: string, signal?: AbortSignal): Promise<Found | undefined> {
    const found = await api.describe(name, signal);
    return found && { kind: 'file', ...versionOf(found) };
  }

  async function* list(folder: string, signal: AbortSignal) {
    const below = keys.below(folder);
    signal.throwIfAborted();
    for (let token: string | undefined, more = true; more; ) {
      const page = await explained({ label, path: folder, what: 'list', signal }, () => api.list(below, token, signal));
      token = page.nextPageToken;
      more = token !== undefined;
      const entries = page.items.flatMap((object) => {
        const entry = keys.entryOf({ name: object.name, ...versionOf(object) });
        return entry ? [entry] : [];
      });
      if (entries.length > 0) yield entries;
    }
  }

  async function assertFree(path: string, object: string, mark: string): Promise<void> {
    const found = await look(object);
    if (found && found.draft !== mark) throw existsAlready(label, path);
  }

  return {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: true,
      setMtime: true,
      maxReadBytes: RANGE_BYTES,
      maxWriteBytes: RANGE_BYTES,
      mtimeStepMs: MTIME_STEP_MS,
      readsDrafts: false,
      draftsApart: true,
      publishesNew: 'atomic',
      filesAtOnce: FILES_AT_ONCE,
    },

    list: ({ prefix: folder, signal }) => list(folder, signal),

    async stat(path) {
      const object = keys.keyOf(path);
      const found = await explained({ label, path, what: 'look at' }, () => look(object));
      return found && { kind: found.kind, size: found.size, mtimeMs: found.mtimeMs };
    },

    async describe(path) {
      const object = keys.keyOf(path);
      const found = await explained({ label, path, what: 'look at' }, () => api.describe(object));
      return (
        found && {
          content: {
            contentType: found.contentType,
            contentEncoding: found.contentEncoding,
            contentDisposition: found.contentDisposition,
            contentLanguage: found.contentLanguage,
            cacheControl: found.cacheControl,
            metadata: userMetadata(found.metadata),
          },
        }
      );
    },

    read(path, { expected, start, signal }) {
      const name = keys.keyOf(path);
      const request = { label, path, what: 'read', signal };
      return readObject({
        label,
        path,
        expected,
        start,
        budget: reading,
        signal,
        look: () => explained(request, () => look(name, signal)),
        fetch: (generation, offset, bytes, abortSignal) =>
          explained({ ...request, signal: abortSignal }, async () => {
            try {
              return await api.download(name, generation, offset, bytes, abortSignal);
            } catch (error) {
              if (statusOf(error) === 416) throw changed(label, path, error);
              if (!isMissing(error)) throw error;
              throw (await look(name)) ? changed(label, path, error) : vanished(label, path, error);
            }
          }),
      });
    },

    async draft(path: string, options: DraftOptions) {
      const name = keys.keyOf(path);
      const key = draftKey(path, options.name);
      options.signal.throwIfAborted();
      if (/[\r\n]/.test(path)) {
        throw new SyncError(
          `${label}: cannot write ${JSON.stringify(path)}: Google Cloud Storage takes no line ends in names; rename it at the source`,
          { kind: 'permanent', reason: 'name-refused', path },
        );
      }
      if (drafts.has(key)) {
        throw draftExists(label, path, options.name);
      }
      const draft = await startDraft({
        api,
        name,
        label,
        path,
        budget: writing,
        send,
        describe,
        budgetBytes: shareBytes,
        timeoutMs,
        options,
        generation: async () => (await look(name))?.etag ?? '0',
        forget: () => drafts.delete(key),
      });
      drafts.set(key, draft);
      return draft;
    },

    async statDraft(path, name, ticket) {
      keys.keyOf(path);
      const own = drafts.get(draftKey(path, name));
      if (own) return { size: own.size, mtimeMs: own.mtimeMs };
      if (ticket === undefined) return undefined;
      const { uri, mtimeMs } = readTicket(ticket);
      const state = await explained({ label, path, what: 'look at the upload of' }, () =>
        sessionState({ send, uri, timeoutMs, signal: new AbortController().signal }),
      );
      return state === undefined || state.response ? undefined : { size: state.storedBytes, mtimeMs };
    },

    async publishedBy(path, signal) {
      const object = keys.keyOf(path);
      return (await explained({ label, path, what: 'look at', signal }, () => look(object, signal)))?.draft;
    },

    async publish(path, name, { onlyNew, mayWrite } = {}) {
      const object = keys.keyOf(path);
      const draft = drafts.get(draftKey(path, name));
      if (!draft) {
        throw draftMissing(label, path);
      }
      await explained({ label, path, what: 'publish' }, async () => {
        try {
          // That nothing stands now is enough: what the upload may replace was settled when it began.
          if (onlyNew) await assertFree(path, object, draft.mark);
          await draft.publish(mayWrite);
        } catch (error) {
          if (statusOf(error) !== 412) throw error;
          // The answer to an earlier try of this very request may have been lost.
          const found = await look(object);
          if (found?.draft !== draft.mark) throw found && onlyNew ? existsAlready(label, path, error) : error;
          await draft.leave();
        }
      });
    },

    async recover(path, name) {
      keys.keyOf(path);
      const own = drafts.get(draftKey(path, name));
      await own?.discard();
      return own !== undefined; // others the service forgets after a week
    },

    async clockSkew(signal) {
      const startMs = Date.now();
      const request = { label, path: '', what: 'look at', signal };
      const { dateMs } = await explained(request, () => api.list(keys.below(''), undefined, signal));
      return dateMs === undefined ? undefined : skewBetween(dateMs, startMs, Date.now());
    },

    async probe(signal) {
      const name = `${prefix === '' ? '' : `${prefix}/`}${tempName(probeName())}`;
      const request = { label, path: '', what: 'write a probe to', signal };
      const startMs = Date.now();
      const made = await explained(request, () => api.insert({ name, metadata: {} }, Buffer.alloc(0), '0'));
      const endMs = Date.now();
      await explained({ ...request, what: 'remove a probe from' }, () => api.remove(name));
      const madeMs = Date.parse(made.timeCreated ?? '');
      return {
        clockSkewMs: Number.isNaN(madeMs) ? undefined : skewBetween(madeMs, startMs, endMs),
        freeBytes: undefined,
        notes: [
          'what was written is compared by CRC32C; --verify read-back reads it when it is published already',
          'an upload that a dead process left cannot always be removed: the service forgets it after a week',
        ],
      };
    },

    async [Symbol.asyncDispose]() {
      for (const draft of drafts.values()) await draft.leave();
      drafts.clear();
      agents.destroy();
    },
  };
}

function versionOf({ size, generation, updated, metadata }: GcsObject): Omit<Found, 'kind'> {
  return {
    size: Number(size ?? 0),
    mtimeMs: mtimeOf(metadata, Date.parse(updated ?? ''), MTIME_STEP_MS),
    etag: generation ?? '0',
    draft: draftOf(metadata),
  };
}
