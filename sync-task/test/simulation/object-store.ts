/** A bucket of a server: objects, each with what was said of it, and uploads that nobody has completed yet. */
import type { Watcher } from './disk.ts';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  /** As it was given; who uploads past us gives none. */
  readonly mtimeMs: number;
  readonly draft: string | undefined;
}

export interface Upload {
  readonly path: string;
  readonly mtimeMs: number;
  readonly parts: Map<number, Buffer>;
}

export interface ObjectStore {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  nextId(): string;
  put(path: string, object: Omit<StoredObject, 'etag'>, by: string): void;
  remove(path: string, by: string): void;
}

export function newObjectStore(watch: Watcher): ObjectStore {
  const objects = new Map<string, StoredObject>();
  let ids = 0;
  const nextId = () => `id${ids++}`;
  return {
    objects,
    uploads: new Map(),
    nextId,
    put(path, object, by) {
      const before = objects.get(path)?.bytes;
      objects.set(path, { ...object, etag: nextId() });
      watch(path, before, object.bytes, by, 'placed');
    },
    remove(path, by) {
      const before = objects.get(path)?.bytes;
      objects.delete(path);
      if (before) watch(path, before, undefined, by, 'placed');
    },
  };
}
