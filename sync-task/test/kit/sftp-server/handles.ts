/** Open files and folders of one session. */
import { closeSync, type Dir, futimesSync } from 'node:fs';
import type { Counters, Faults } from './options.ts';
import { RequestRefused, status } from './status.ts';

export interface FileHandle {
  readonly kind: 'file';
  readonly fd: number;
  readonly writes: boolean;
  /** It stood before. */
  readonly stood: boolean;
}

export interface FolderHandle {
  readonly kind: 'folder';
  readonly dir: Dir;
  readonly path: Buffer;
  /** `.` and `..`, which the system's listing leaves out. */
  dots: readonly string[];
}

export interface Handles {
  /** Refuses before anything is opened. */
  assertRoom(): void;
  add(handle: FileHandle | FolderHandle): Buffer;
  file(name: Buffer): FileHandle;
  /** Gives what was written the present time. */
  touch(name: Buffer): void;
  folder(name: Buffer): FolderHandle;
  close(name: Buffer): void;
  closeAll(): void;
}

export function openHandles(faults: Faults, counters: Counters): Handles {
  const open = new Map<string, FileHandle | FolderHandle>();
  let last = 0;

  function find(name: Buffer): FileHandle | FolderHandle {
    const handle = open.get(name.toString('latin1'));
    if (!handle) throw new RequestRefused(status.failure);
    return handle;
  }

  function release(key: string, handle: FileHandle | FolderHandle): void {
    open.delete(key);
    counters.openHandles--;
    if (handle.kind === 'file') closeSync(handle.fd);
    else handle.dir.closeSync();
  }

  return {
    assertRoom() {
      if (open.size >= (faults.maxOpenFiles ?? Number.POSITIVE_INFINITY)) throw new RequestRefused(status.failure);
    },
    add(handle) {
      last++;
      const name = Buffer.allocUnsafe(4);
      name.writeUInt32BE(last);
      open.set(name.toString('latin1'), handle);
      counters.openHandles++;
      counters.peakOpenHandles = Math.max(counters.peakOpenHandles, counters.openHandles);
      return name;
    },
    touch(name) {
      const handle = find(name);
      if (handle.kind === 'file' && handle.writes) futimesSync(handle.fd, Date.now() / 1000, Date.now() / 1000);
    },
    file(name) {
      const handle = find(name);
      if (handle.kind !== 'file') throw new RequestRefused(status.failure);
      return handle;
    },
    folder(name) {
      const handle = find(name);
      if (handle.kind !== 'folder') throw new RequestRefused(status.failure);
      return handle;
    },
    close(name) {
      release(name.toString('latin1'), find(name));
    },
    closeAll() {
      for (const [key, handle] of open) release(key, handle);
    },
  };
}
