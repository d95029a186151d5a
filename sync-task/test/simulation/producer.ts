/** The producer of source files: it rewrites them in place or piece by piece, replaces, renames, deletes and restores them. */
import type { Process } from './process.ts';
import { letters, type Stage } from './stage.ts';

export const PRODUCER = 'producer';

interface Kept {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mtimeMs: number;
}

export async function produce({ source, random }: Stage, edits: number, process: Process): Promise<void> {
  const gone: Kept[] = [];
  const doing = (what: string, path: string, effect: () => void) =>
    process.call(`${what} ${path} at the source`, effect);
  const current = (path: string) => source.entries.get(path);

  async function rewrite(path: string): Promise<void> {
    const size = current(path)?.data.length ?? 0;
    const bytes = letters(random, random.fraction() < 0.5 ? size : 1 + random.below(40));
    const half = random.below(bytes.length + 1);
    const write = (from: number, until: number) => {
      const inode = current(path);
      if (inode) source.write(inode, from, bytes.subarray(from, until), PRODUCER);
    };
    await doing('truncates', path, () => {
      const inode = current(path);
      if (inode && bytes.length !== size) source.truncate(inode, 0, PRODUCER);
      write(0, half);
    });
    if (random.fraction() < 0.3) await process.world.sleep(random.below(1500));
    await doing('writes', path, () => write(half, bytes.length));
  }

  async function replace(path: string): Promise<void> {
    const bytes = letters(random, random.fraction() < 0.5 ? (current(path)?.data.length ?? 1) : random.below(40));
    await doing('replaces', path, () => source.write(source.create(path, PRODUCER), 0, bytes, PRODUCER));
  }

  async function remove(path: string): Promise<void> {
    await doing('removes', path, () => {
      const inode = current(path);
      if (inode) gone.push({ path, bytes: inode.data, mtimeMs: inode.mtimeMs });
      source.remove(path, PRODUCER);
    });
  }

  /** Other content with the same size and an old time is undetectable, as the documents say. */
  function renew(path: string): void {
    const inode = current(path);
    if (inode && source.isMistakable(path)) source.setTime(inode, source.clockMs(), PRODUCER);
  }

  async function bringBack(): Promise<void> {
    const kept = gone.pop();
    if (!kept) return;
    await doing('brings back', kept.path, () => {
      const inode = source.create(kept.path, PRODUCER);
      source.write(inode, 0, kept.bytes, PRODUCER);
      source.setTime(inode, kept.mtimeMs, PRODUCER);
      renew(kept.path);
    });
  }

  async function rename(path: string): Promise<void> {
    const to = `${path}-${random.below(3)}`;
    await doing('renames', path, () => {
      source.rename(path, to, PRODUCER);
      renew(to);
    });
  }

  for (let edit = 0; edit < edits; edit++) {
    const paths = [...source.entries.keys()];
    const path = paths.length > 0 ? random.pick(paths) : 'f0';
    const chance = random.fraction();
    if (chance < 0.4 && paths.length > 0) await rewrite(path);
    else if (chance < 0.7 || paths.length === 0) await replace(path);
    else if (chance < 0.8) await remove(path);
    else if (chance < 0.9) await bringBack();
    else await rename(path);
    await process.world.sleep(random.below(random.fraction() < 0.5 ? 50 : 10_000));
  }
}
