/** A reader of the target who looks all the time, and remembers what nobody should ever see. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { digestOf, type Tree } from './tree.ts';

export interface Watcher {
  /** From now on the whole new version of these may be seen as well as what was allowed before. */
  expect(next: Tree): void;
  /** What was seen and should not have been. */
  stop(): Promise<readonly string[]>;
  readonly looks: number;
}

export interface WatchOptions {
  /** The target can't replace in one step: a file may be away for an instant. */
  readonly mayBeAway?: boolean;
}

export function watch(root: string, before: Tree, options: WatchOptions = {}): Watcher {
  const allowed = new Map<string, Set<string>>();
  const standing = new Set<string>();
  const seen = new Map<string, string>();
  const faults: string[] = [];
  let looks = 0;
  let stopped = false;

  function expect(next: Tree): void {
    for (const [path, digest] of next) {
      const digests = allowed.get(path) ?? new Set();
      allowed.set(path, digests.add(digest));
    }
  }

  async function look(path: string, digests: ReadonlySet<string>): Promise<void> {
    const file = join(root, path);
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      const version = [ino, size, mtimeNs, ctimeNs].join();
      if (seen.get(path) === version) return;
      const content = await readFile(file);
      looks++;
      standing.add(path);
      seen.set(path, version);
      if (!digests.has(digestOf(content))) faults.push(`${path}: ${content.length} bytes of neither version`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (standing.has(path) && !options.mayBeAway) faults.push(`${path}: was away`);
    }
  }

  async function work(): Promise<void> {
    while (!stopped) {
      for (const [path, digests] of allowed) {
        if (!stopped) await look(path, digests);
      }
      await setTimeout(2);
    }
  }

  expect(before);
  for (const path of before.keys()) standing.add(path);
  const working = work();
  working.catch(() => undefined); // heard by whoever stops it
  return {
    expect,
    async stop() {
      stopped = true;
      await working;
      return faults;
    },
    get looks() {
      return looks;
    },
  };
}
