/** What an SFTP server offers beyond what every storage is asked for, in words for `check`. */
import type { Feature } from '../../storage.ts';
import type { FactFinder } from './facts.ts';

export interface ServerFacts {
  readonly extensions: ReadonlyMap<string, string>;
  /** As the first connection settled them. */
  readonly algorithms: readonly string[];
  readonly maxReadBytes: number;
  readonly maxOpenHandles: number | undefined;
  /** The server is known to carry out the requests of one file in their order. */
  readonly keepsOrder: boolean;
  /** What had to be asked to learn what stands at a name: the most costly way so far. */
  readonly tellers: FactFinder['tellers'];
}

const WEAK = /sha1$|sha1-96|group1-|-cbc$|md5|^ssh-rsa$|^ssh-dss$|arcfour/;

export function serverFeatures({
  extensions,
  algorithms,
  maxReadBytes,
  maxOpenHandles,
  keepsOrder,
  tellers,
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
    tellsFacts(tellers),
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

/** Size, time and type, where a listing leaves them out. */
function tellsFacts(tellers: FactFinder['tellers']): Feature {
  const known = Object.entries(tellers).filter(([, teller]) => teller !== undefined);
  const elsewhere = known.filter(([, teller]) => teller !== 'listing');
  const byReading = elsewhere.filter(([, teller]) => teller === 'reading');
  const costs = [
    ...(tellers.time === 'nobody'
      ? ['nobody tells times: files of the same size are read, and their digest decides']
      : []),
    ...byReading.map(([fact]) => `the ${fact} of each file is found out by opening it`),
  ];
  return {
    name: 'tells size, time and type',
    offered: known.length === 0 ? undefined : elsewhere.every(([, teller]) => teller === 'LSTAT' || teller === 'FSTAT'),
    ...(elsewhere.length > 0 && { detail: elsewhere.map(([fact, teller]) => `${fact} by ${teller}`).join(', ') }),
    cost: costs.join('; ') || 'it is seen once there are files',
    matters: true,
  };
}
