/**
 * Lists a tree in pages, one folder after the other. Names are bytes; only those in UTF-8 become paths. Links are listed and
 * never followed. What vanishes meanwhile is left out; what can't be looked at is named and stops nothing.
 */
import { lstat, opendir } from 'node:fs/promises';
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { ListedEntry } from '../../base/model.ts';
import { isOwnName } from '../draft-name.ts';
import { checkPath, decodeName, displayName, joinPath } from '../paths.ts';
import type { ListOptions } from '../storage.ts';
import { isAboutOnePlace, unreadable } from '../unreadable.ts';
import { explainFileError, isCode, isMissing } from './file-error.ts';
import { storedFileOf } from './file-version.ts';
import type { Folders } from './folders.ts';

const PAGE_ENTRIES = 1000;
/** Names read from a folder, and looked at, in one go. */
const NAMES_AT_ONCE = 256;

interface FoundName {
  readonly name: Buffer;
  readonly isFolder: boolean;
}

export async function* listFiles(folders: Folders, options: ListOptions): AsyncGenerator<readonly ListedEntry[]> {
  const { prefix, signal } = options;
  if (prefix !== '') checkPath(prefix);
  const top = await findTop(folders, prefix);
  if (top === undefined) return;
  const waiting = [''];
  let page: ListedEntry[] = [];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const where = { real: joinPath(top, folder), path: below(prefix, folder) };
    try {
      for await (const names of readNames(where.real)) {
        signal.throwIfAborted();
        const found = await Promise.all(names.map((name) => look(folders.label, where, name)));
        for (const entry of found) {
          if (typeof entry === 'string') waiting.push(below(folder, entry));
          else if (entry) page.push(entry);
        }
        if (page.length >= PAGE_ENTRIES) {
          yield page;
          page = [];
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOf(error, folders.label, where.path, folder === '');
      if (problem) page.push(problem);
    }
  }
  signal.throwIfAborted();
  if (page.length > 0) yield page;
}

/** Real path of the folder to begin with; `undefined` where there is nothing. The root itself must stand. */
async function findTop(folders: Folders, prefix: string): Promise<string | undefined> {
  if ((await folders.find('')) === undefined) {
    throw new SyncError(`${folders.label}: folder ${folders.root} does not exist: create it or correct --source`, {
      kind: 'permanent',
      reason: 'not-found',
    });
  }
  return folders.find(prefix);
}

async function* readNames(folder: string): AsyncGenerator<readonly FoundName[]> {
  // Node's types know no Buffer here, but that is what `encoding: 'buffer'` makes of a name.
  const entries = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: NAMES_AT_ONCE });
  let names: FoundName[] = [];
  for await (const entry of entries) {
    names.push({ name: entry.name as unknown as Buffer, isFolder: entry.isDirectory() });
    if (names.length < NAMES_AT_ONCE) continue;
    yield names;
    names = [];
  }
  if (names.length > 0) yield names;
}

/** An entry, or the name of a folder to descend into, or nothing. */
async function look(
  label: string,
  folder: { readonly real: string; readonly path: string },
  { name, isFolder }: FoundName,
): Promise<ListedEntry | string | undefined> {
  const text = decodeName(name);
  if (text === undefined) {
    const reason = isFolder ? 'its name is not UTF-8, so nothing below it is copied' : 'its name is not UTF-8';
    return { path: below(folder.path, displayName(name)), kind: 'refused', reason, size: 0, mtimeMs: 0 };
  }
  if (isFolder) return text;
  try {
    const { kind, size, mtimeMs } = storedFileOf(await lstat(joinPath(folder.real, text)));
    if (kind === 'folder') return text; // it has become one
    if (kind === 'file' && isOwnName(text)) return undefined;
    return { path: below(folder.path, text), kind, size, mtimeMs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isCode(error, 'EACCES', 'EPERM')) throw error; // no name of the folder may be looked at: one entry says so
    const path = below(folder.path, text);
    const explained = asSyncError(explainFileError(error, { label, path, what: 'look at' }));
    if (!isAboutOnePlace(explained)) throw error;
    return unreadable(path, explained);
  }
}

/** What a failed folder becomes: nothing when it vanished, else it is named. Where the listing begins, it fails. */
function problemOf(error: unknown, label: string, path: string, isTop: boolean): ListedEntry | undefined {
  if (isMissing(error) && path !== '') return undefined;
  const explained = asSyncError(explainFileError(error, { label, path, what: 'list' }));
  if (isTop || !isAboutOnePlace(explained)) throw explained;
  return unreadable(path, explained);
}

function below(folder: string, name: string): string {
  if (folder === '' || name === '') return folder + name;
  return `${folder}/${name}`;
}
