/** The storage contract in memory: the shortest test of a storage. */
import test from 'ava';
import { type Memory, memoryStorage } from '../../../src/storage/memory/memory-storage.ts';
import { type Ground, objectStorageContract } from '../../contract/storage.ts';

function ground({ files }: Memory): Ground {
  return {
    async put(path, bytes, mtimeMs) {
      files.set(path, { bytes, mtimeMs });
    },
    async get(path) {
      return files.get(path)?.bytes;
    },
    async remove(path) {
      files.delete(path);
    },
    async names() {
      return [...files.keys()].sort();
    },
  };
}

objectStorageContract(test, 'memory', async () => {
  const memory: Memory = { files: new Map(), drafts: new Map() };
  return { storage: memoryStorage(memory, 'memory://test'), ground: ground(memory) };
});
