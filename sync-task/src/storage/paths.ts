/**
 * Relative paths, as `model.ts` defines them. They come from listings of servers that we don't control and go into
 * paths that we write, so each is checked before it is joined onto a root. A backslash, a newline or a leading dash is
 * an ordinary character; a part that is too long is left to the server to refuse.
 */
import { isUtf8 } from 'node:buffer';
import { SyncError } from '../base/errors.ts';

/** Throws `permanent` (reason `unsafe-path`) where the path is not relative, plain and below its root. */
export function checkPath(path: string): void {
  const fault = faultOf(path);
  if (fault === undefined) return;
  throw new SyncError(`${JSON.stringify(path)} is refused: it ${fault}; rename it at the source or exclude it`, {
    kind: 'permanent',
    reason: 'unsafe-path',
    path,
  });
}

function faultOf(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/')) return 'is absolute';
  if (path.includes('\0')) return 'holds a NUL character';
  if (!path.isWellFormed()) return 'is not Unicode and would be changed by writing it';
  for (const part of path.split('/')) {
    if (part === '') return 'holds an empty part';
    if (part === '.' || part === '..') return `holds the part "${part}"`;
  }
  return undefined;
}

/** Whether a name from a listing is one plain part of a path. */
export function isPlainName(name: string): boolean {
  return !name.includes('/') && faultOf(name) === undefined;
}

/** The path below the root; the root itself for ''. Throws what `checkPath` throws. */
export function joinPath(root: string, path: string): string {
  if (path === '') return root;
  checkPath(path);
  return root.endsWith('/') ? `${root}${path}` : `${root}/${path}`;
}

/** The folder above; '' at the top. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** The last part. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The name as text, or `undefined` where text would not give the same bytes back. */
export function decodeName(name: Buffer): string | undefined {
  return isUtf8(name) ? name.toString('utf8') : undefined;
}

/**
 * A name that is not UTF-8, for display alone: every byte outside printable ASCII as `\xNN`, a backslash doubled, so
 * that two such names never look the same.
 */
export function displayName(name: Buffer): string {
  return Array.from(name, displayByte).join('');
}

function displayByte(byte: number): string {
  if (byte === 0x5c) return '\\\\';
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
