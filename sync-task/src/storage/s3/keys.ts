/** Why a key of a bucket can be no path of ours. */
import { isPlainName } from '../paths.ts';

/** Why a key below the root can be no path; undefined where it can. */
export function faultOfKey(text: string): string | undefined {
  const parts = text.split('/');
  if (parts.every(isPlainName)) return undefined;
  if (parts.includes('..') || parts.includes('.'))
    return 'its key holds the part "." or "..", which would lead elsewhere';
  if (parts.includes('')) return 'its key holds an empty part ("//", or a "/" at an end), which no folder can have';
  return 'its key holds a character that no file name can have';
}
