/** A bucket: objects with their metadata, and uploads that are not complete yet. */
import type { Watcher } from './disk.ts';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  /** As the uploader gave it; programs other than ours give none. */
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
