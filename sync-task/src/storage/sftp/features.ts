/** What an SFTP server offers beyond what every storage is asked for, in words for `check`. */
import type { Feature } from '../storage.ts';

export interface ServerFacts {
  readonly extensions: ReadonlyMap<string, string>;
  /** As the first connection settled them. */
  readonly algorithms: readonly string[];
  readonly maxReadBytes: number;
  readonly maxOpenHandles: number | undefined;
  /** The server is known to carry out the requests of one file in their order. */
  readonly keepsOrder: boolean;
}

const WEAK = /sha1$|sha1-96|group1-|-cbc$|md5|^ssh-rsa$|^ssh-dss$|arcfour/;

export function serverFeatures({
  extensions,
  algorithms,
  maxReadBytes,
  maxOpenHandles,
  keepsOrder,
}: ServerFacts): readonly Feature[] {
  const weak = algorithms.filter((name) => WEAK.test(name.replace(/@.*/, '').replace(/-etm$/, '')));
  const hasLimits = extensions.has('limits@openssh.com');
  const openFiles = maxOpenHandles === undefined ? '' : `, ${maxOpenHandles} open files`;
  return [
    {
      name: 'limits',
      offered: hasLimits,
      ...(hasLimits ? { detail: `requests of ${Math.floor(maxReadBytes / 1024)} KiB${openFiles}` } : {}),
      cost: 'requests carry 32 KiB, and reads are not closed ahead, so transfers are slower',
    },
    {
      name: 'requests in order',
      offered: keepsOrder || undefined,
      cost: 'the end of each file is written in three round trips more, and a folder is listed page by page',
    },
    {
      name: 'statvfs',
      offered: extensions.has('statvfs@openssh.com'),
      cost: 'the free space is not known, and a full disk is told as a failure without a reason',
    },
    {
      name: 'copy-data',
      offered: extensions.has('copy-data'),
      cost: 'where source and target are one account of this server, their bytes go through here',
    },
    {
      name: 'modern algorithms',
      offered: algorithms.length === 0 ? undefined : weak.length === 0,
      detail: algorithms.join(', '),
      cost: `${weak.join(', ') || 'what is in use'}: with known weaknesses; have the server updated`,
      matters: true,
    },
  ];
}
