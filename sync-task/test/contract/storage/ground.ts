/** What the cases arrange and look at past the storage. */
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

export interface Ground {
  /** Names that the place cannot keep as they are, so that writing them has to be refused. */
  readonly refuses?: RegExp;
  /** Replaces what stood there. */
  put(path: string, content: Buffer, mtimeMs: number): Promise<void>;
  get(path: string): Promise<Buffer | undefined>;
  remove(path: string): Promise<void>;
  /** Every file, hidden ones too, sorted. */
  names(): Promise<readonly string[]>;
}

export function folderGround(root: string): Ground {
  return {
    async put(path, content, mtimeMs) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      await utimes(file, mtimeMs / 1000, mtimeMs / 1000);
    },
    async get(path) {
      return readFile(join(root, path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },
    remove: (path) => rm(join(root, path)),
    async names() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .sort();
    },
  };
}
