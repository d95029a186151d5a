/** Single files below a root by their names at the server, over whichever connection has the least to do. */
import { backupName, tempName } from '../../draft-name.ts';
import { parentOf } from '../../paths.ts';
import type { Connections } from '../pool/connections.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { type Attributes, noAttributes, openFlag, request } from '../protocol/packet.ts';
import { isStatus, missing } from '../protocol/sftp-errors.ts';
import { remotePath } from './remote-path.ts';

export interface RemoteFiles {
  /** The name at the server of a path below the root. */
  wire(path: string): Buffer;
  /** The name of its draft, beside it. */
  temp(path: string, name: string): Buffer;
  /** The name of what stood there before, beside it. */
  backup(path: string, name: string): Buffer;
  /** Undefined where nothing stands. */
  lstat(remote: Buffer): Promise<Attributes | undefined>;
  remove(remote: Buffer): Promise<void>;
  /** An empty file where none stands. */
  create(remote: Buffer): Promise<void>;
  /** Over what stands there with `posix-rename@openssh.com` alone (OpenSSH PROTOCOL section 4.3). */
  rename(from: Buffer, to: Buffer): Promise<void>;
  /** Version 3's, which should refuse to replace, and does not at every server. */
  renamePlain(from: Buffer, to: Buffer): Promise<void>;
  /** A second name for a file (`hardlink@openssh.com`, PROTOCOL section 4.5); refused where one stands. */
  link(from: Buffer, to: Buffer): Promise<void>;
}

const posixRename = Buffer.from('posix-rename@openssh.com');
const hardLink = Buffer.from('hardlink@openssh.com');

/** All but the names throw the server's plain status. */
export function remoteFiles(
  connections: Connections,
  root: string,
  extensions: SftpChannel['extensions'],
): RemoteFiles {
  const wire = (path: string) => remotePath(root, path);
  const beside = (path: string, name: string) => {
    const parent = parentOf(path);
    return wire(parent === '' ? name : `${parent}/${name}`);
  };

  return {
    wire,
    temp: (path, name) => beside(path, tempName(name)),
    backup: (path, name) => beside(path, backupName(name)),
    async lstat(remote) {
      const channel = await connections.pick();
      return channel.attributes(request.lstat, [remote]).catch((error: unknown) => {
        if (isStatus(error, ...missing)) return undefined;
        throw error;
      });
    },
    async remove(remote) {
      await (await connections.pick()).command(request.remove, [remote]);
    },
    async create(remote) {
      const channel = await connections.pick();
      const flags = openFlag.write | openFlag.create | openFlag.exclusive;
      await channel.command(request.close, [await channel.handle(request.open, [remote, flags, noAttributes])]);
    },
    async rename(from, to) {
      const channel = await connections.pick();
      if (extensions.has('posix-rename@openssh.com')) await channel.command(request.extended, [posixRename, from, to]);
      else await channel.command(request.rename, [from, to]);
    },
    async renamePlain(from, to) {
      await (await connections.pick()).command(request.rename, [from, to]);
    },
    async link(from, to) {
      await (await connections.pick()).command(request.extended, [hardLink, from, to]);
    },
  };
}
