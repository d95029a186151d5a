/** Names of objects and our paths: a name is the prefix, a slash and the path. S3 calls it a key. */
import type { ListedEntry } from '../../base/model.ts';
import { isOwnName } from '../draft-name.ts';
import { baseOf, checkPath, isPlainName } from '../paths.ts';

export interface KeySpace {
  /** Throws `unsafe-path`. */
  keyOf(path: string): string;
  /** What every name below a folder of ours begins with; '' is the root. Throws `unsafe-path`. */
  below(folder: string): string;
  /** A listed object as an entry; undefined for folder markers and for this program's own objects. */
  entryOf(object: ListedObject): ListedEntry | undefined;
}

export interface ListedObject {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * @param prefix with no slash at its ends; '' for the whole bucket
 * @param word what messages call the name of an object
 */
export function keySpace(prefix: string, word: 'name' | 'key' = 'name'): KeySpace {
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
    entryOf({ name, size, mtimeMs }) {
      const path = name.slice(start.length);
      // Consoles and drivers of file systems make these to show a folder; one stands for the prefix itself.
      if (size === 0 && (path === '' || path.endsWith('/'))) return undefined;
      if (isOwnName(baseOf(path))) return undefined;
      const fault = faultOf(path);
      if (fault === undefined) return { path, size, mtimeMs, kind: 'file' };
      return { path, size, mtimeMs, kind: 'refused', reason: `its ${word} ${fault}` };
    },
  };
}

/** Why a name can be no path of ours; undefined where it can. */
function faultOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts.every(isPlainName)) return undefined;
  if (parts.some((part) => part === '.' || part === '..'))
    return 'holds the part "." or "..", which would lead elsewhere';
  if (parts.includes('')) return 'holds an empty part ("//", or a "/" at an end), which no folder can have';
  return 'holds a character that no file name can have';
}
