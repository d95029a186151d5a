/**
 * Lists a tree as a stream of pages: several folders at a time, several READDIRs in flight in each, nothing collected.
 * How far it runs ahead of its reader is bounded in pages.
 */
import type { ListedEntry } from '../../model.ts';
import { decodeName, displayName, isPlainName } from '../paths.ts';
import type { DirectoryPage } from './channel.ts';
import type { Connections } from './connections.ts';
import { readFolder } from './folder-pages.ts';
import { status } from './packet.ts';
import { isStatus } from './sftp-errors.ts';

export interface ListingOptions {
  readonly connections: Connections;
  readonly root: string;
  readonly prefix: string;
  /** Tries of one folder after a lost connection. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** Names that are this program's own. */
  isOwnName(name: string): boolean;
  /** Turns a failure into an error that names the folder. */
  explain(error: unknown, path: string): unknown;
}

const FOLDERS_AT_ONCE = 64;
const PAGES_AHEAD = 64;

/** File type bits of `st_mode` (POSIX sys/stat.h). */
const TYPE_MASK = 0o170000;
const TYPE_FOLDER = 0o040000;
const TYPE_FILE = 0o100000;
const TYPE_LINK = 0o120000;

export function kindOf(mode: number | undefined): 'file' | 'folder' | 'link' | 'special' {
  switch ((mode ?? TYPE_FILE) & TYPE_MASK) {
    case TYPE_FOLDER:
      return 'folder';
    case TYPE_LINK:
      return 'link';
    case TYPE_FILE:
    case 0: // servers that send rights without a type: they list plain files
      return 'file';
    default:
      return 'special';
  }
}

export async function* listTree(options: ListingOptions): AsyncGenerator<readonly ListedEntry[]> {
  const folders: string[] = [options.prefix];
  const ready: (readonly ListedEntry[])[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  let left = false;

  async function scan(folder: string): Promise<void> {
    for await (const page of readFolder(options, folder)) {
      const entries: ListedEntry[] = [];
      for (const item of page) classify(options, folder, item, entries, folders);
      if (entries.length > 0) ready.push(entries);
      wake.resolve();
      while (ready.length >= PAGES_AHEAD && !left) await room.promise;
      if (left) return;
    }
  }

  try {
    for (;;) {
      while (folders.length > 0 && running.size < FOLDERS_AT_ONCE) {
        const folder = folders.pop() as string;
        const scanning: Promise<void> = scan(folder)
          .catch((error: unknown) => {
            // A folder that may not be read is named; the others are none the worse for it.
            if (folder !== options.prefix && isStatus(error, status.permissionDenied)) ready.push([unreadable(folder)]);
            else failure ??= { error: options.explain(error, folder) };
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

function unreadable(folder: string): ListedEntry {
  return { path: folder, kind: 'refused', size: 0, mtimeMs: 0, reason: 'the login may not list this folder' };
}

function classify(
  options: ListingOptions,
  folder: string,
  { name, attributes }: DirectoryPage,
  entries: ListedEntry[],
  folders: string[],
): void {
  const text = decodeName(name);
  if (text === '.' || text === '..') return;
  const version = { size: attributes.size ?? 0, mtimeMs: attributes.mtimeMs ?? 0 };
  const below = (part: string) => (folder === '' ? part : `${folder}/${part}`);
  if (text === undefined) {
    entries.push({ ...version, path: below(displayName(name)), kind: 'refused', reason: 'its name is not UTF-8' });
  } else if (!isPlainName(text)) {
    // A name with a separator would lead out of its folder; no honest server sends one.
    entries.push({
      ...version,
      path: below(displayName(name)),
      kind: 'refused',
      reason: 'its name holds a slash or NUL',
    });
  } else if (!options.isOwnName(text)) {
    const kind = kindOf(attributes.mode);
    if (kind === 'folder') folders.push(below(text));
    else entries.push({ ...version, path: below(text), kind });
  }
}
