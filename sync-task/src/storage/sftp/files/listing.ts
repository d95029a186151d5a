/**
 * Lists a tree as a stream of pages: several folders at a time, several READDIRs in flight in each, nothing collected.
 * How far it runs ahead of its reader is bounded in pages.
 */
import { asSyncError } from '../../../base/errors.ts';
import type { ListedEntry } from '../../../base/model.ts';
import { decodeName, displayName, isPlainName } from '../../paths.ts';
import { isAboutOnePlace, unreadable } from '../../unreadable.ts';
import type { Connections } from '../pool/connections.ts';
import type { DirectoryPage } from '../protocol/channel.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';
import type { FactFinder, Facts } from './facts.ts';
import { readFolder } from './folder-pages.ts';
import { type NameSet, namesTold } from './names-told.ts';
import { remotePath } from './remote-path.ts';

export interface ListingOptions {
  readonly connections: Connections;
  readonly root: string;
  readonly prefix: string;
  /** Tries of one folder after a lost connection. */
  readonly attempts: number;
  readonly facts: FactFinder;
  readonly signal: AbortSignal;
  /** Names that are this program's own. */
  isOwnName(name: string): boolean;
  /** Turns a failure into an error that names the folder. */
  explain(error: unknown, path: string): unknown;
}

const FOLDERS_AT_ONCE = 64;
const PAGES_AHEAD = 64;

export async function* listTree(options: ListingOptions): AsyncGenerator<readonly ListedEntry[]> {
  const folders: string[] = [options.prefix];
  const ready: (readonly ListedEntry[])[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  let left = false;
  const told = namesTold();

  async function scan(folder: string): Promise<void> {
    using names = told.newSet();
    const { sort, rest } = sorter(options, folder, names, folders);
    for await (const page of readFolder(options, folder)) {
      const entries = await sort(page);
      if (entries.length > 0) ready.push(entries);
      wake.resolve();
      while (ready.length >= PAGES_AHEAD && !left) await room.promise;
      if (left) return;
    }
    const entries = await rest();
    if (entries.length > 0) ready.push(entries);
  }

  try {
    for (;;) {
      while (folders.length > 0 && running.size < FOLDERS_AT_ONCE) {
        const folder = folders.pop() as string;
        const scanning: Promise<void> = scan(folder)
          .catch((error: unknown) => {
            // A folder that can't be read is named; the others are none the worse for it.
            const explained = asSyncError(options.explain(error, folder));
            const isOnlyHere = folder !== options.prefix && !options.signal.aborted && isAboutOnePlace(explained);
            if (isOnlyHere) ready.push([unreadable(folder, explained)]);
            else failure ??= { error: explained };
          })
          .finally(() => {
            running.delete(scanning);
            wake.resolve();
          });
        running.add(scanning);
      }
      options.signal.throwIfAborted();
      if (failure) throw failure.error;
      for (let page = ready.shift(); page; page = ready.shift()) yield page;
      room.resolve();
      room = Promise.withResolvers<void>();
      if (running.size === 0 && folders.length === 0 && ready.length === 0) {
        if (failure) throw (failure as { error: unknown }).error;
        return;
      }
      if (ready.length === 0 && (folders.length === 0 || running.size >= FOLDERS_AT_ONCE)) await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    left = true;
    room.resolve();
    await Promise.allSettled(running);
  }
}

interface Named {
  readonly item: DirectoryPage;
  /** Below the root. */
  readonly path: string;
}

/** Takes the pages of one folder, in which nothing counts twice. */
function sorter({ root, facts, isOwnName }: ListingOptions, folder: string, names: NameSet, folders: string[]) {
  const below = (part: string) => (folder === '' ? part : `${folder}/${part}`);
  const later: Named[] = [];

  function add({ path }: Named, { kind, size, mtimeMs }: Facts, entries: ListedEntry[]): void {
    if (kind === 'folder') folders.push(path);
    else entries.push({ path, kind, size, mtimeMs: mtimeMs ?? 0, ...(mtimeMs === undefined && { timeUnknown: true }) });
  }

  /** What the page did not tell of it; false where the server won't say now. */
  async function ask(named: Named, entries: ListedEntry[], find = facts.find): Promise<boolean> {
    const { item, path } = named;
    try {
      const found = await find(remotePath(root, path), item);
      if (found) add(named, found, entries);
      return true;
    } catch (error) {
      if (error instanceof SftpStatus) return false;
      throw error;
    }
  }

  return {
    async sort(page: readonly DirectoryPage[]): Promise<ListedEntry[]> {
      const entries: ListedEntry[] = [];
      const asked: Promise<unknown>[] = [];
      for (const item of page) {
        const { name, attributes } = item;
        const text = decodeName(name);
        if (text === '.' || text === '..' || !names.add(name)) continue;
        const version = { size: attributes.size ?? 0, mtimeMs: attributes.mtimeMs ?? 0 };
        const refuse = (reason: string) =>
          entries.push({ ...version, path: below(displayName(name)), kind: 'refused', reason });
        if (text === undefined) refuse('its name is not UTF-8');
        // A name with a separator would lead out of its folder; no honest server sends one.
        else if (!isPlainName(text)) refuse('its name holds a slash or NUL');
        else if (!isOwnName(text)) {
          const named = { item, path: below(text) };
          const told = facts.told(attributes, item.longName);
          if (told) add(named, told, entries);
          else asked.push(ask(named, entries).then((isTold) => isTold || later.push(named)));
        }
      }
      await Promise.all(asked);
      return entries;
    },

    /** Once the folder is closed: its handle may have been the one that was missing. */
    async rest(): Promise<ListedEntry[]> {
      const entries: ListedEntry[] = [];
      for (const named of later) {
        if (await ask(named, entries, facts.findPatiently)) continue;
        const reason = 'the server does not tell what it is, nor lets it be opened';
        entries.push({ path: named.path, kind: 'refused', size: 0, mtimeMs: 0, reason });
      }
      return entries;
    },
  };
}
