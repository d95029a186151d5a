/**
 * An object store as a storage, modelled on `storage/s3/`. A small draft is held in memory and sent when it is published; a larger
 * one is a multipart upload, which a ticket finds again. Publishing is one request, conditional on the object being the one that
 * was there when the draft began.
 */
import { SyncError } from '../../src/base/errors.ts';
import type { ListedEntry } from '../../src/base/model.ts';
import type { Storage } from '../../src/storage/storage.ts';
import {
  heldDraft,
  type ObjectDraftPlan,
  type OwnDraft,
  PART_BYTES,
  type Publication,
  STEP_MS,
  uploadedDraft,
  whole,
} from './object-draft.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import type { Process } from './process.ts';

export interface ObjectPlaceOptions {
  readonly label: string;
  readonly store: ObjectStore;
  readonly process: Process;
  /** The service supports conditional writes. */
  readonly conditional: boolean;
  onPublish?(path: string, name: string): void;
}

const READ_BYTES = 16;

export function objectPlace({ label, store, process, conditional, onPublish }: ObjectPlaceOptions): Storage {
  const by = process.name;
  const drafts = new Map<string, OwnDraft>();
  /** What the last look at a path saw. */
  const seen = new Map<string, string | undefined>();
  const ask = <T>(what: string, path: string, effect: () => T): Promise<T> =>
    process.call(`${label} ${what} ${path}`, effect);
  const fault = (path: string, kind: SyncError['kind'], reason: string) =>
    new SyncError(`${label}: ${path}: ${reason}`, { kind, reason, path });
  const own = (path: string, name: string) => {
    const draft = drafts.get(name);
    return draft?.path === path ? draft : undefined;
  };
  const versionOf = ({ bytes, mtimeMs }: StoredObject) => ({ size: bytes.length, mtimeMs: whole(mtimeMs) });

  async function look(path: string): Promise<StoredObject | undefined> {
    const found = await ask('looks at', path, () => store.objects.get(path));
    seen.set(path, found?.etag);
    return found;
  }

  async function conditionOf(path: string): Promise<string | undefined> {
    const etag = seen.has(path) ? seen.get(path) : (await look(path))?.etag;
    seen.delete(path);
    return etag;
  }

  /** The one request that publishes it. `bytes` is undefined when the upload is gone. */
  async function put(
    path: string,
    publication: Publication,
    bytes: () => Buffer | undefined,
    consumed: () => void = () => undefined,
  ): Promise<void> {
    const { name, mark, mtimeMs, onlyNew, mayWrite } = publication;
    const etag = onlyNew ? undefined : publication.etag;
    const isPublished = async () => {
      const standing = await look(path);
      if (standing?.draft === mark) return true;
      if (standing && onlyNew) throw fault(path, 'refused', 'exists');
      return false;
    };
    if (onlyNew && (await isPublished())) return;
    await mayWrite?.();
    const refusal = await ask('publishes', path, () => {
      const standing = store.objects.get(path);
      const content = bytes();
      if (!content) return 'draft-missing';
      if (conditional && standing?.etag !== etag) return 'target-changed';
      onPublish?.(path, name);
      consumed();
      store.put(path, { bytes: content, mtimeMs, draft: mark }, by);
      return undefined;
    });
    if (refusal === undefined) return;
    // The reply was lost: the object there is the one that we wrote.
    if (!(await isPublished())) throw fault(path, 'transient', refusal);
  }

  function complete(path: string, publication: Omit<Publication, 'mtimeMs'>, id: string): Promise<void> {
    const mtimeMs = store.uploads.get(id)?.mtimeMs ?? 0;
    const content = () => {
      const upload = store.uploads.get(id);
      return upload && Buffer.concat([...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part));
    };
    return put(path, { ...publication, mtimeMs }, content, () => void store.uploads.delete(id));
  }

  function clearUploads(path: string, ticket?: string): Promise<boolean> {
    return ask('clears the uploads of', path, () => {
      let removed = ticket !== undefined && store.uploads.delete(ticket);
      for (const [id, upload] of store.uploads) {
        if (upload.path === path && upload.parts.size === 0) removed = store.uploads.delete(id);
      }
      return removed;
    });
  }

  const plan: ObjectDraftPlan = {
    ...{ store, ask, fault, put, complete, clearEmpty: clearUploads },
    forget: (name) => void drafts.delete(name),
  };

  return {
    label,
    capabilities: {
      atomicReplace: true,
      fsync: true,
      setMtime: true,
      maxReadBytes: READ_BYTES,
      mtimeStepMs: STEP_MS,
      readsDrafts: false,
      draftsApart: true,
      publishesNew: conditional ? 'atomic' : 'looked-at',
      filesAtOnce: 2,
    },
    async *list() {
      const names = await ask('lists', '', () => [...store.objects.keys()]);
      const page: ListedEntry[] = names.flatMap((path) => {
        const found = store.objects.get(path);
        return found ? [{ path, kind: 'file', ...versionOf(found) }] : [];
      });
      if (page.length > 0) yield page;
    },
    async stat(path) {
      const found = await look(path);
      return found && { kind: 'file', ...versionOf(found) };
    },
    describesTimes: true,
    async describe(path) {
      const found = await look(path);
      return found && { content: {}, keptMtimeMs: found.mtimeMs };
    },
    async *read(path, { expected, start, signal }) {
      const found = await ask('reads', path, () => store.objects.get(path));
      signal.throwIfAborted();
      if (!found) throw fault(path, 'changed', 'vanished');
      const { size, mtimeMs } = versionOf(found);
      if (size !== expected.size || mtimeMs !== expected.mtimeMs) throw fault(path, 'changed', 'changed-while-read');
      if (start < size) yield [Buffer.from(found.bytes.subarray(start))];
    },
    async draft(path, options) {
      if (own(path, options.name)) throw fault(path, 'permanent', 'draft-exists');
      const etag = await conditionOf(path);
      const isLarge = options.resume || (options.expectedBytes ?? 0) > PART_BYTES;
      const draft = isLarge ? await uploadedDraft(plan, path, options, etag) : heldDraft(plan, path, options, etag);
      drafts.set(options.name, draft);
      return draft;
    },
    async statDraft(path, name, ticket) {
      const draft = own(path, name);
      if (draft) return { size: draft.size, mtimeMs: draft.mtimeMs };
      if (ticket === undefined) return undefined;
      return ask('looks at the upload of', path, () => {
        const upload = store.uploads.get(ticket);
        if (!upload) return undefined;
        let size = 0;
        for (let part = 1; upload.parts.has(part); part++) size += upload.parts.get(part)?.length ?? 0;
        return { size, mtimeMs: whole(upload.mtimeMs) };
      });
    },
    async publishedBy(path) {
      return (await look(path))?.draft;
    },
    async publish(path, name, options = {}) {
      const draft = own(path, name);
      if (draft) return draft.publish(options);
      const { ticket, mark = name } = options;
      if (ticket === undefined) throw fault(path, 'transient', 'draft-missing');
      await complete(path, { ...options, name, mark, etag: await conditionOf(path) }, ticket);
    },
    async recover(path, name, ticket) {
      const draft = own(path, name);
      if (draft) {
        await draft.discard();
        return true;
      }
      return clearUploads(path, ticket);
    },
    clockSkew: () => ask('tells the time', '', () => 0),
    async probe() {
      await ask('probes', '', () => undefined);
      return { clockSkewMs: 0, freeBytes: undefined, notes: [] };
    },
    async [Symbol.asyncDispose]() {},
  };
}
