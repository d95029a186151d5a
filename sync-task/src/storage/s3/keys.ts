/** Keys of objects and our paths. A key is the prefix, a slash and the path; the path of a key never leaves the prefix. */
import { checkPath, isPlainName } from '../paths.ts';

export interface KeySpace {
  /** Throws `unsafe-path`. */
  keyOf(path: string): string;
  /** What every key below a folder of ours begins with; '' is the root. Throws `unsafe-path`. */
  below(folder: string): string;
  /** The path of a listed key below the root, which may be one that no folder could hold. */
  textOf(key: string): string;
}

/** @param prefix with no slash at its ends; '' for the whole bucket */
export function keySpace(prefix: string): KeySpace {
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
    textOf: (key) => key.slice(start.length),
  };
}

/** Why a key below the root can be no path; undefined where it can. */
export function faultOfKey(text: string): string | undefined {
  const parts = text.split('/');
  if (parts.every(isPlainName)) return undefined;
  if (parts.includes('..') || parts.includes('.'))
    return 'its key holds the part "." or "..", which would lead elsewhere';
  if (parts.includes('')) return 'its key holds an empty part ("//", or a "/" at an end), which no folder can have';
  return 'its key holds a character that no file name can have';
}
