/** Drafts of an object store: held in memory, or parts of an upload. */
import type { SyncError } from '../../src/base/errors.ts';
import type { Draft, DraftOptions, PublishOptions } from '../../src/storage/storage.ts';
import type { ObjectStore } from './object-store.ts';

export const STEP_MS = 1000;
export const PART_BYTES = 8;

export const whole = (ms: number) => Math.floor(ms / STEP_MS) * STEP_MS;

export interface Publication extends PublishOptions {
  readonly name: string;
  readonly mark: string;
  readonly mtimeMs: number;
  /** What was there when the draft began. */
  readonly etag: string | undefined;
}

export interface OwnDraft extends Draft {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
  publish(options: PublishOptions): Promise<void>;
}

/** What a draft needs from its storage. */
export interface ObjectDraftPlan {
  readonly store: ObjectStore;
  ask<T>(what: string, path: string, effect: () => T): Promise<T>;
  fault(path: string, kind: SyncError['kind'], reason: string): SyncError;
  put(path: string, publication: Publication, bytes: () => Buffer | undefined): Promise<void>;
  complete(path: string, publication: Omit<Publication, 'mtimeMs'>, id: string): Promise<void>;
  forget(name: string): void;
  /** Aborts uploads of the path that have no parts. */
  clearEmpty(path: string): Promise<boolean>;
}

/** Bytes in memory, sent when the draft is published. */
export function heldDraft(
  { put, forget }: ObjectDraftPlan,
  path: string,
  options: DraftOptions,
  etag: string | undefined,
): OwnDraft {
  let bytes = Buffer.alloc(0);
  const mtimeMs = whole(options.mtimeMs);
  const end = async () => forget(options.name);
  return {
    ...{ path, mtimeMs, takesAtOnce: true, storedBytes: 0 },
    get size() {
      return bytes.length;
    },
    async write(chunk) {
      options.signal.throwIfAborted();
      bytes = Buffer.concat([bytes, ...chunk]);
    },
    async flush() {},
    finish: async () => ({ size: bytes.length, mtimeMs, mtimeKept: true }),
    async publish(how) {
      const { name, mark = name, mtimeMs } = options;
      await put(path, { mayWrite: options.mayWrite, ...how, name, mark, mtimeMs, etag }, () => bytes);
      await end();
    },
    leave: end,
    discard: end,
  };
}

/** Parts that the service keeps until the upload completes. */
export async function uploadedDraft(
  { store, ask, fault, complete, forget, clearEmpty }: ObjectDraftPlan,
  path: string,
  options: DraftOptions,
  etag: string | undefined,
): Promise<OwnDraft> {
  const { resume } = options;
  const mtimeMs = whole(options.mtimeMs);
  const first = resume ? resume.offset / PART_BYTES : 0;
  let id = resume?.ticket;
  let rest = Buffer.alloc(0);
  let parts = first;
  let size = first * PART_BYTES;
  /** An upload may exist whose id was lost with the reply. */
  let asked = false;
  if (resume) {
    const stands = await ask('looks at the upload of', path, () => id !== undefined && store.uploads.has(id));
    if (!stands) throw fault(path, 'transient', 'draft-missing');
  }

  async function send(bytes: Buffer): Promise<void> {
    await options.mayWrite?.();
    if (id === undefined) {
      asked = true;
      const given = await ask('begins an upload of', path, () => {
        const next = store.nextId();
        store.uploads.set(next, { path, mtimeMs: options.mtimeMs, parts: new Map() });
        return next;
      });
      id = given;
      await options.remember?.(given);
    }
    const [number, upload] = [++parts, id];
    await ask(`sends part ${number} of`, path, () => {
      const standing = store.uploads.get(upload);
      if (!standing) throw fault(path, 'transient', 'no-such-upload');
      standing.parts.set(number, bytes);
    });
  }
  async function abort(): Promise<void> {
    forget(options.name);
    if (id === undefined && asked) await clearEmpty(path);
    const upload = id;
    if (upload !== undefined) await ask('gives up the upload of', path, () => void store.uploads.delete(upload));
  }

  return {
    ...{ path, mtimeMs, takesAtOnce: false },
    get size() {
      return size;
    },
    get storedBytes() {
      return parts * PART_BYTES;
    },
    get ticket() {
      return id;
    },
    async write(chunk) {
      options.signal.throwIfAborted();
      rest = Buffer.concat([rest, ...chunk]);
      size = parts * PART_BYTES + rest.length;
      while (rest.length > PART_BYTES) {
        const part = rest.subarray(0, PART_BYTES);
        rest = rest.subarray(PART_BYTES);
        await send(part);
      }
    },
    async flush() {},
    async finish() {
      options.signal.throwIfAborted();
      if (rest.length > 0) await send(rest);
      rest = Buffer.alloc(0);
      return { size, mtimeMs, mtimeKept: true };
    },
    async publish(how) {
      if (id === undefined) throw fault(path, 'transient', 'draft-missing');
      const { name, mark = name } = options;
      await complete(path, { mayWrite: options.mayWrite, ...how, name, mark, etag }, id);
      forget(options.name);
    },
    async leave() {
      forget(options.name);
    },
    discard: abort,
  };
}
