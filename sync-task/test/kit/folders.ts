/** Folders to copy between, and what is in them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { ExecutionContext } from 'ava';

export type Environment = Readonly<Record<string, string>>;

export interface Folders {
  readonly source: string;
  readonly target: string;
  readonly state: string;
  /** Settings for folder to folder. */
  readonly environment: Environment;
}

/** A source, a target and a place for the state, removed after the test. */
export async function newFolders(t: ExecutionContext): Promise<Folders> {
  const parent = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const [source, target, state] = [join(parent, 'source'), join(parent, 'target'), join(parent, 'state.db')];
  await mkdir(source);
  await mkdir(target);
  const environment = {
    SYNC_TASK_SOURCE: `file://${source}`,
    SYNC_TASK_TARGET: `file://${target}`,
    SYNC_TASK_STATE: `sqlite:${state}`,
    SYNC_TASK_PIPELINE: 'test',
  };
  return { source, target, state, environment };
}

/** Writes a file, with the folders above it. */
export async function put(
  root: string,
  path: string,
  content: string | Buffer,
  mtime = '2024-03-01T00:00:00Z',
): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await utimes(file, new Date(mtime), new Date(mtime));
}

/** Path → content of everything below, drafts and other hidden things included. */
export async function treeOf(root: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  if (!existsSync(root)) return tree;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // a draft that was published meanwhile
    });
    if (content) tree[relative(root, file)] = content.toString('latin1');
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Polls until it is true; the test's own time-out bounds it. */
export async function until(truth: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await truth())) await new Promise((resolve) => setTimeout(resolve, 10));
}
