/** The root of a location: its path at the server, and its real one. */
import { SyncError } from '../../../base/errors.ts';
import type { Location } from '../../../config/settings.ts';
import { baseOf, parentOf } from '../../paths.ts';
import type { SftpChannel } from '../protocol/channel.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';
import { remotePath } from './remote-path.ts';

/** `~/…` is below the login's home folder, where a session starts. Throws where the server does not tell that folder. */
export async function rootOf({ path, label }: Location, channel: SftpChannel): Promise<string> {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (!trimmed.startsWith('~')) return trimmed;
  try {
    const home = await channel.realpath(Buffer.from('.'));
    return remotePath(home.toString(), trimmed.slice(2)).toString();
  } catch (error) {
    if (!(error instanceof SftpStatus)) throw error;
    const { kind, reason } = error;
    throw new SyncError(
      `${label}: the server does not tell the login's home folder (${JSON.stringify(error.text)}); give the absolute path instead of ~`,
      { kind, reason, cause: error },
    );
  }
}

/** A folder with its links resolved, as far as it stands and as far as the server tells. */
export async function realRoot(root: string, realpath: (folder: string) => Promise<Buffer>): Promise<string> {
  const rest: string[] = [];
  for (let folder = root === '' ? '/' : root; ; folder = parentOf(folder) || '/') {
    try {
      const real = (await realpath(folder)).toString();
      return [real === '/' ? '' : real, ...rest].join('/') || '/';
    } catch (error) {
      if (!(error instanceof SftpStatus)) throw error;
      if (folder === '/') return root;
      rest.unshift(baseOf(folder));
    }
  }
}
