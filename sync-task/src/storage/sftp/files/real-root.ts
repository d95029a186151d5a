/** A folder with its links resolved, as far as it stands and as far as the server tells. */
import { baseOf, parentOf } from '../../paths.ts';
import { SftpStatus } from '../protocol/sftp-errors.ts';

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
