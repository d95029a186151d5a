/** A server's disk: names, inodes, and bytes that survive a power loss or do not. Its directory is journalled: no rename is lost. */

export interface Inode {
  readonly id: number;
  data: Buffer;
  /** The bytes that survive a power loss. */
  durable: Buffer;
  mtimeMs: number;
}

/** Who did it: a process of ours, or another program. */
export type By = string;
export const POWER_LOSS: By = 'power loss';

export interface Disk {
  readonly entries: ReadonlyMap<string, Inode>;
  /** Handles of earlier generations are invalid. */
  readonly generation: number;
  readonly mtimeStepMs: number;
  clockMs(): number;
  /** Whether the path once had other content with its current size and time. */
  isMistakable(path: string): boolean;
  /** A new, empty file. */
  create(path: string, by: By): Inode;
  write(inode: Inode, offset: number, bytes: Uint8Array, by: By): void;
  truncate(inode: Inode, size: number, by: By): void;
  setTime(inode: Inode, mtimeMs: number, by: By): void;
  flush(inode: Inode): void;
  /** A hard link. */
  link(from: string, to: string, by: By): void;
  /** Replaces an existing file. */
  rename(from: string, to: string, by: By): void;
  remove(path: string, by: By): boolean;
  losePower(): void;
}

/** `touched`: the bytes or time of a file changed; `placed`: the name has another file, or none. */
export type How = 'touched' | 'placed';

/** Called after everything that changes the content of a name. */
export type Watcher = (path: string, before: Buffer | undefined, after: Buffer | undefined, by: By, how: How) => void;

export function newDisk(nowMs: () => number, mtimeStepMs: number, watching: Watcher = () => undefined): Disk {
  const entries = new Map<string, Inode>();
  /** Path, size and time → contents. */
  const history = new Map<string, Set<string>>();
  let ids = 0;
  let generation = 0;
  const floor = (ms: number) => Math.floor(ms / mtimeStepMs) * mtimeStepMs;
  const namesOf = (inode: Inode) => [...entries].filter(([, each]) => each === inode).map(([name]) => name);

  const contentsLike = (path: string, { data, mtimeMs }: Inode): Set<string> => {
    const version = `${path} ${data.length} ${mtimeMs}`;
    const contents = history.get(version) ?? new Set();
    history.set(version, contents);
    return contents;
  };

  const watch: Watcher = (path, before, after, by, how) => {
    const inode = entries.get(path);
    if (inode) contentsLike(path, inode).add(inode.data.toString('latin1'));
    watching(path, before, after, by, how);
  };

  function change(inode: Inode, data: Buffer, mtimeMs: number, by: By): void {
    const before = inode.data;
    inode.data = data;
    inode.mtimeMs = floor(mtimeMs);
    for (const name of namesOf(inode)) watch(name, before, data, by, 'touched');
  }

  return {
    entries,
    mtimeStepMs,
    clockMs: nowMs,
    isMistakable(path) {
      const inode = entries.get(path);
      return inode !== undefined && contentsLike(path, inode).size > 1;
    },
    get generation() {
      return generation;
    },
    create(path, by) {
      const before = entries.get(path)?.data;
      const inode: Inode = { id: ids++, data: Buffer.alloc(0), durable: Buffer.alloc(0), mtimeMs: floor(nowMs()) };
      entries.set(path, inode);
      watch(path, before, inode.data, by, 'placed');
      return inode;
    },
    write(inode, offset, bytes, by) {
      const data = Buffer.alloc(Math.max(inode.data.length, offset + bytes.length));
      inode.data.copy(data);
      data.set(bytes, offset);
      change(inode, data, nowMs(), by);
    },
    truncate(inode, size, by) {
      change(inode, Buffer.from(inode.data.subarray(0, size)), nowMs(), by);
    },
    setTime(inode, mtimeMs, by) {
      change(inode, inode.data, mtimeMs, by);
    },
    flush(inode) {
      inode.durable = inode.data;
    },
    link(from, to, by) {
      const inode = entries.get(from);
      if (!inode) throw new Error(`nothing stands at ${from}`);
      const before = entries.get(to)?.data;
      entries.set(to, inode);
      watch(to, before, inode.data, by, 'placed');
    },
    rename(from, to, by) {
      const inode = entries.get(from);
      if (!inode) throw new Error(`nothing stands at ${from}`);
      const before = entries.get(to)?.data;
      entries.delete(from);
      entries.set(to, inode);
      watch(from, inode.data, undefined, by, 'placed');
      watch(to, before, inode.data, by, 'placed');
    },
    remove(path, by) {
      const inode = entries.get(path);
      entries.delete(path);
      if (inode) watch(path, inode.data, undefined, by, 'placed');
      return inode !== undefined;
    },
    losePower() {
      generation++;
      for (const [name, inode] of entries) {
        if (inode.data.equals(inode.durable)) continue;
        const before = inode.data;
        inode.data = inode.durable;
        watch(name, before, inode.data, POWER_LOSS, 'touched');
      }
    },
  };
}
