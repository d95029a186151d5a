/**
 * A folder or an SFTP server as a storage over a simulated disk, modelled on `storage/sftp/` and `storage/file/`. A draft is a
 * hidden file beside its path, writes are pipelined, and publishing is one rename, or two when a rename cannot replace.
 */
import { SyncError } from '../../src/base/errors.ts';
import type { ListedEntry } from '../../src/base/model.ts';
import { backupName, isOwnName, tempName } from '../../src/storage/draft-name.ts';
import type { DraftOptions, Storage } from '../../src/storage/storage.ts';
import type { Disk, Inode } from './disk.ts';
import { fileDraft } from './file-draft.ts';
import type { Process } from './process.ts';

export interface FilePlaceOptions {
  readonly label: string;
  readonly disk: Disk;
  readonly process: Process;
  /** A rename replaces a file. */
  readonly atomic: boolean;
  /** Requests on one handle take effect in the order in which they were sent. */
  readonly inOrder: boolean;
  /** Hard links exist, and fail when the name is taken. */
  readonly makesLinks: boolean;
  /** By the access time of a folder. */
  readonly tellsClock: boolean;
  /** Called in the moment a draft is published. */
  onPublish?(path: string, name: string): void;
}

const READ_BYTES = 16;
const WRITE_BYTES = 8;
const PAGE_FILES = 2;

export function besides(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

export function filePlace(options: FilePlaceOptions): Storage {
  const { label, disk, process, atomic, makesLinks, tellsClock } = options;
  const by = process.name;
  const temp = (path: string, name: string) => besides(path, tempName(name));
  const ask = <T>(what: string, path: string, effect: () => T): Promise<T> =>
    process.call(`${label} ${what} ${path}`, effect);
  const fault = (path: string, kind: SyncError['kind'], reason: string) =>
    new SyncError(`${label}: ${path}: ${reason}`, { kind, reason, path });
  const version = ({ data, mtimeMs }: Inode) => ({ size: data.length, mtimeMs });
  const statOf = (path: string) => {
    const found = disk.entries.get(path);
    return found && version(found);
  };
  const move = (what: string, from: string, to: string, then?: () => void) =>
    ask(what, to, () => {
      if (!disk.entries.has(from)) throw fault(to, 'transient', 'draft-missing');
      then?.();
      disk.rename(from, to, by);
    });
  const remove = (path: string) => ask('removes', path, () => disk.remove(path, by));

  return {
    label,
    capabilities: {
      atomicReplace: atomic,
      fsync: true,
      setMtime: true,
      maxReadBytes: READ_BYTES,
      mtimeStepMs: disk.mtimeStepMs,
      readsDrafts: true,
      draftsApart: true,
      publishesNew: makesLinks ? 'atomic' : 'looked-at',
      filesAtOnce: 2,
    },

    async *list({ prefix, signal }) {
      const names = await ask('lists', '', () => [...disk.entries.keys()]);
      let page: ListedEntry[] = [];
      for (const path of names) {
        signal.throwIfAborted();
        if (isOwnName(path.slice(path.lastIndexOf('/') + 1))) continue;
        if (prefix !== '' && !path.startsWith(`${prefix}/`)) continue;
        const found = statOf(path);
        if (found) page.push({ path, kind: 'file', ...found });
        if (page.length < PAGE_FILES) continue;
        yield page;
        page = [];
        await ask('lists on', '', () => undefined);
      }
      if (page.length > 0) yield page;
    },

    async stat(path) {
      const found = await ask('looks at', path, () => statOf(path));
      return found && { kind: 'file', ...found };
    },

    async *read(path, { expected, start, draft, signal }) {
      const at = draft === undefined ? path : temp(path, draft);
      const changed = () => fault(path, 'changed', 'changed-while-read');
      const isSame = (found: Inode) =>
        found.data.length === expected.size && (draft !== undefined || found.mtimeMs === expected.mtimeMs);
      const inode = await ask('opens', at, () => disk.entries.get(at));
      if (!inode) throw fault(path, 'changed', 'vanished');
      if (!isSame(inode)) throw changed();
      for (let from = start; from < expected.size; ) {
        signal.throwIfAborted();
        const bytes = await ask(`reads at ${from} of`, at, () =>
          Buffer.from(inode.data.subarray(from, from + READ_BYTES)),
        );
        if (bytes.length === 0) throw changed();
        from += bytes.length;
        yield [bytes];
      }
      const now = await ask('looks again at', at, () => disk.entries.get(at));
      if (!now || !isSame(now)) throw changed();
    },

    async draft(path, draft: DraftOptions) {
      draft.signal.throwIfAborted();
      const at = temp(path, draft.name);
      const { resume } = draft;
      const inode = resume
        ? await resumed(path, at, resume)
        : await process.call(
            `${label} creates ${at}`,
            () => {
              if (disk.entries.has(at)) throw fault(path, 'permanent', 'draft-exists');
              return disk.create(at, by);
            },
            { mayBeLate: true },
          );
      return fileDraft({ ...options, path: at, inode, start: resume?.offset ?? 0, draft, writeBytes: WRITE_BYTES });
    },

    async statDraft(path, name) {
      return ask('looks at', temp(path, name), () => statOf(temp(path, name)));
    },

    async publish(path, name, { onlyNew, mayWrite } = {}) {
      const [from, backup] = [temp(path, name), besides(path, backupName(name))];
      const told = () => options.onPublish?.(path, name);
      await mayWrite?.();
      if (onlyNew && makesLinks) {
        await ask('links', path, () => {
          const [draft, standing] = [disk.entries.get(from), disk.entries.get(path)];
          if (!draft) throw fault(path, 'transient', 'draft-missing');
          if (standing && standing !== draft) throw fault(path, 'refused', 'exists');
          if (standing) return;
          told();
          disk.link(from, path, by);
        });
        await remove(from);
        return;
      }
      if (onlyNew && (await ask('looks at', path, () => statOf(path)))) throw fault(path, 'refused', 'exists');
      const standing = atomic ? undefined : await ask('looks at', path, () => statOf(path));
      if (!standing) {
        await move('publishes', from, path, () => {
          if (!atomic && disk.entries.has(path)) throw fault(path, 'transient', 'exists');
          told();
        });
        return;
      }
      await move('backs up', path, backup);
      try {
        await move('publishes', from, path, told);
      } catch (error) {
        if (!(await ask('looks at', path, () => statOf(path)))) await move('restores', backup, path);
        throw error;
      }
      await remove(backup);
    },

    async recover(path, name) {
      const backup = besides(path, backupName(name));
      const backedUp = await ask('looks at', backup, () => disk.entries.has(backup));
      if (backedUp && !(await ask('looks at', path, () => disk.entries.has(path))))
        await move('restores', backup, path);
      else if (backedUp) await remove(backup);
      return (await remove(temp(path, name))) || backedUp;
    },

    clockSkew: () =>
      ask('tells the time', '', () => (tellsClock ? disk.clockMs() - process.world.wallMs() : undefined)),
    async probe() {
      const name = `.sync-task.probe-${process.world.uuid().slice(5).padStart(16, '0')}.tmp`;
      await ask('probes', name, () => disk.create(name, by));
      await remove(name);
      return { clockSkewMs: 0, freeBytes: undefined, notes: [] };
    },
    async [Symbol.asyncDispose]() {},
  };

  async function resumed(path: string, at: string, resume: NonNullable<DraftOptions['resume']>): Promise<Inode> {
    if (temp(path, resume.draft) !== at) await move('goes on with', temp(path, resume.draft), at);
    const inode = await ask('opens', at, () => disk.entries.get(at));
    if (!inode) throw fault(path, 'transient', 'draft-missing');
    return inode;
  }
}
