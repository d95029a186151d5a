/** Names of objects and our paths: a name is the prefix, a slash and the path. */
import type { ListedEntry } from '../../base/model.ts';
import { isOwnName } from '../draft-name.ts';
import { baseOf, checkPath, isPlainName } from '../paths.ts';

export interface KeyNames {
  /** Throws `unsafe-path`. */
  keyOf(path: string): string;
  /** What every name below a folder of ours begins with; '' is the root. Throws `unsafe-path`. */
  below(folder: string): string;
  /** The path of a listed name below the root, which may be one that no folder could hold. */
  textOf(name: string): string;
}

export interface KeySpace extends KeyNames {
  /** What a listed object is to us; undefined for folder markers and for what is this program's own. */
  entryOf(object: ListedObject): ListedEntry | undefined;
}

export interface ListedObject {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** @param prefix with no slash at its ends; '' for the whole bucket */
export function keyNames(prefix: string): KeyNames {
  const start = prefix === '' ? '' : `${prefix}/`;
  return {
    keyOf(path) {
      checkPath(path);
      return start + path;
    },
    below(folder) {
      if (folder === '') return start;
      checkPath(folder);
      return `${start}${folder}/`;
    },
    textOf: (name) => name.slice(start.length),
  };
}

/** @param prefix as of `keyNames` */
export function keySpace(prefix: string): KeySpace {
  const names = keyNames(prefix);
  return {
    ...names,
    entryOf({ name, size, mtimeMs }) {
      const path = names.textOf(name);
      // What consoles and file system drivers make to show a folder, the prefix itself included.
      if (size === 0 && (path === '' || path.endsWith('/'))) return undefined;
      if (isOwnName(baseOf(path))) return undefined;
      const reason = faultOf(path);
      return reason === undefined
        ? { path, size, mtimeMs, kind: 'file' }
        : { path, size, mtimeMs, kind: 'refused', reason };
    },
  };
}

function faultOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts.every(isPlainName)) return undefined;
  if (parts.some((part) => part === '.' || part === '..')) return 'its name holds the part "." or ".."';
  if (parts.includes('')) return 'its name holds an empty part ("//", or a "/" at an end), which no folder can have';
  return 'its name holds a character that no file name can have';
}
