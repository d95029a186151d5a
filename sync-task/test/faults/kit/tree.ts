/** What stands in a folder, by digest. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Path → SHA-256, of everything, hidden things included. */
export type Tree = ReadonlyMap<string, string>;

export async function digestTree(root: string): Promise<Tree> {
  const tree: [path: string, digest: string][] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    tree.push([relative(root, file), entry.isFile() ? digestOf(await readFile(file)) : 'no regular file']);
  }
  return new Map(tree.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Drafts and back-ups. */
export function leftOvers(tree: Tree): readonly string[] {
  return [...tree.keys()].filter((path) => path.includes('.sync-task.'));
}
