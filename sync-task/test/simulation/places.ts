/** The storages of a scenario: sources on disks, and targets on disks or in buckets. */
import type { Storage } from '../../src/storage/storage.ts';
import { newDisk } from './disk.ts';
import { filePlace } from './file-place.ts';
import { FOREIGN, type Judge } from './judge.ts';
import { objectPlace } from './object-place.ts';
import { newObjectStore } from './object-store.ts';
import type { Process } from './process.ts';
import type { PlaceKind } from './scenario.ts';

export interface TargetPlace {
  open(process: Process, refuses: boolean): Storage;
  holds(path: string): Buffer | undefined;
  /** Everything there: files, drafts, backups and uploads. */
  stands(): readonly string[];
  /** Another program's write; undefined removes the file. */
  put(path: string, bytes: Buffer | undefined): void;
  /** Other bytes with the same size and time. */
  rot(path: string, bytes: Buffer): void;
  losePower(): void;
}

export function targetPlace(kind: PlaceKind, label: string, nowMs: () => number, judge: Judge): TargetPlace {
  if (kind === 'bucket' || kind === 'plain-bucket') return bucket(kind, label, judge);
  const disk = newDisk(nowMs, kind === 'folder' ? 1 : 1000, (...change) => watcher(...change));
  const watcher = judge.watch(() => disk.entries.keys());
  const holds = (path: string) => disk.entries.get(path)?.data;
  return {
    holds,
    open: (process, refuses) =>
      filePlace({
        ...{
          label,
          disk,
          process,
          atomic: kind !== 'old-sftp',
          inOrder: kind === 'folder',
          makesLinks: kind === 'folder',
          tellsClock: true,
        },
        onPublish: (path, name) =>
          judge.publishes(label, path, name, {
            replaces: disk.entries.has(path),
            refuses: refuses && kind === 'folder',
          }),
      }),
    stands: () => [...disk.entries.keys()],
    put(path, bytes) {
      judge.foreign(path, bytes);
      if (!bytes) {
        disk.remove(path, FOREIGN);
        return;
      }
      const inode = disk.create(path, FOREIGN);
      disk.write(inode, 0, bytes, FOREIGN);
      disk.flush(inode);
    },
    rot(path, bytes) {
      const inode = disk.entries.get(path);
      if (!inode || inode.data.length === 0) return;
      judge.foreign(path, bytes.subarray(0, inode.data.length));
      const { mtimeMs } = inode;
      disk.write(inode, 0, bytes.subarray(0, inode.data.length), FOREIGN);
      disk.setTime(inode, mtimeMs, FOREIGN);
      disk.flush(inode);
    },
    losePower: () => disk.losePower(),
  };
}

function bucket(kind: PlaceKind, label: string, judge: Judge): TargetPlace {
  const store = newObjectStore((...change) => watcher(...change));
  const watcher = judge.watch(() => store.objects.keys());
  return {
    open: (process, refuses) =>
      objectPlace({
        ...{ label, store, process, conditional: kind === 'bucket' },
        // Without conditional writes (or hard links, above) publishing cannot refuse atomically.
        onPublish: (path, name) =>
          judge.publishes(label, path, name, {
            replaces: store.objects.has(path),
            refuses: refuses && kind === 'bucket',
          }),
      }),
    holds: (path) => store.objects.get(path)?.bytes,
    stands: () => [
      ...store.objects.keys(),
      ...[...store.uploads].map(([id, { path }]) => `.sync-task.upload ${id} of ${path}`),
    ],
    put(path, bytes) {
      judge.foreign(path, bytes);
      if (bytes) store.put(path, { bytes, mtimeMs: 0, draft: undefined }, FOREIGN);
      else store.remove(path, FOREIGN);
    },
    rot(path, bytes) {
      const standing = store.objects.get(path);
      if (!standing || standing.bytes.length === 0) return;
      const other = bytes.subarray(0, standing.bytes.length);
      judge.foreign(path, other);
      store.put(path, { ...standing, bytes: other, draft: undefined }, FOREIGN);
    },
    losePower() {},
  };
}
