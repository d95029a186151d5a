/**
 * Paths of the wire to paths of the disk, as bytes, below the served folder. Text here is latin1: one character a byte,
 * so that names in any encoding stay what they are.
 */
import { realpathSync } from 'node:fs';
import { posix } from 'node:path';
import { RequestRefused, status } from './status.ts';

export interface ConfinedPaths {
  /** The thing itself, also where it is a link. The folder above must stand. */
  own(path: Buffer): Buffer;
  /** What links lead to; where nothing stands, the same as `own`. */
  followed(path: Buffer): Buffer;
  /** Absolute and without links, as a client sees it. */
  canonical(path: Buffer): Buffer;
}

export function confinedPaths(root: string): ConfinedPaths {
  const realRoot = realpathSync(root, { encoding: 'buffer' }).toString('latin1');

  /** Absolute on the wire: `..` at the top leads nowhere, as in a chroot. */
  function absolute(path: Buffer): string {
    const text = path.toString('latin1');
    if (text.includes('\0')) throw new RequestRefused(status.badMessage);
    const plain = posix.normalize(`/${text}`);
    return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
  }

  function real(local: string): string {
    const found = realpathSync.native(Buffer.from(local, 'latin1'), { encoding: 'buffer' }).toString('latin1');
    if (found === realRoot || found.startsWith(`${realRoot}/`)) return found;
    throw new RequestRefused(status.permissionDenied);
  }

  function own(path: Buffer): string {
    const plain = absolute(path);
    if (plain === '/') return realRoot;
    return `${real(realRoot + posix.dirname(plain))}/${posix.basename(plain)}`;
  }

  function followed(path: Buffer): string {
    const local = own(path);
    try {
      return real(local);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return local;
      throw error;
    }
  }

  return {
    own: (path) => Buffer.from(own(path), 'latin1'),
    followed: (path) => Buffer.from(followed(path), 'latin1'),
    canonical(path) {
      const local = followed(path);
      return Buffer.from(local === realRoot ? '/' : local.slice(realRoot.length), 'latin1');
    },
  };
}
