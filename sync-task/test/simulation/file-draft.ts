/** A draft on a simulated disk. Writes are pipelined, on a handle that outlives renames. */
import { SyncError } from '../../src/base/errors.ts';
import type { Draft, DraftOptions } from '../../src/storage/storage.ts';
import type { Inode } from './disk.ts';
import type { FilePlaceOptions } from './file-place.ts';

export interface FileDraftOptions extends FilePlaceOptions {
  readonly path: string;
  readonly inode: Inode;
  readonly start: number;
  readonly draft: DraftOptions;
  readonly writeBytes: number;
}

const AHEAD = 2;

export function fileDraft(options: FileDraftOptions): Draft {
  const { label, disk, process, path, inode, start, draft, writeBytes, inOrder } = options;
  const { generation } = disk;
  const handle = {};
  const by = process.name;
  const sent = new Set<Promise<void>>();
  /** Acknowledged ranges: start → end. */
  const acknowledged = new Map<number, number>();
  let storedBytes = start;
  let nextByte = start;
  let failure: { readonly error: unknown } | undefined;

  const ask = async <T>(what: string, effect: () => T): Promise<T> => {
    await draft.mayWrite?.();
    return process.call(`${label} ${what} ${path}`, effect, {
      order: inOrder ? handle : undefined,
      broken: () => disk.generation !== generation,
    });
  };

  function send(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    const writing = ask(`writes ${offset} to ${end} of`, () => disk.write(inode, offset, bytes, by))
      .then(() => {
        acknowledged.set(offset, end);
        for (let next = acknowledged.get(storedBytes); next !== undefined; next = acknowledged.get(storedBytes)) {
          storedBytes = next;
        }
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => sent.delete(writing));
    sent.add(writing);
  }

  async function settled(): Promise<void> {
    await Promise.all(sent);
    if (failure) throw failure.error;
  }

  async function remove(): Promise<void> {
    await Promise.all(sent);
    await process.call(`${label} removes ${path}`, () => void disk.remove(path, by));
  }

  return {
    takesAtOnce: false,
    get storedBytes() {
      return storedBytes;
    },
    async write(chunk) {
      draft.signal.throwIfAborted();
      const bytes = Buffer.concat(chunk);
      for (let at = 0; at < bytes.length; at += writeBytes) {
        if (failure) throw failure.error;
        const piece = bytes.subarray(at, at + writeBytes);
        send(nextByte, piece);
        nextByte += piece.length;
        while (sent.size > AHEAD) await Promise.race(sent);
      }
    },
    async flush() {
      if (failure) throw failure.error;
      if (draft.fsync) await ask('flushes', () => disk.flush(inode));
    },
    async finish() {
      draft.signal.throwIfAborted();
      await settled();
      await ask('sets the time of', () => disk.setTime(inode, draft.mtimeMs, by));
      if (draft.fsync) await ask('flushes', () => disk.flush(inode));
      const { size, mtimeMs } = await ask('measures', () => ({ size: inode.data.length, mtimeMs: inode.mtimeMs }));
      if (size !== nextByte) {
        throw new SyncError(`${label}: ${path} has ${size} bytes, not ${nextByte}`, {
          kind: 'transient',
          reason: 'size-differs',
        });
      }
      return { size, mtimeMs, mtimeKept: true };
    },
    async leave() {
      await Promise.all(sent);
    },
    discard: remove,
  };
}
