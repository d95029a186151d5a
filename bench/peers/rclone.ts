/**
 * rclone, as it is and at its best. Best is not one setting: how many transfers pay depends on the files and on the round
 * trip. So there are candidates for each kind of work, and the fastest of them in one run each is the contestant.
 */
import { type Bucket, cleanEnvironment, host, type Job, type Peer, type RemoteFolder, type Work } from './peer.ts';

const FAST = ['--sftp-chunk-size=255k', '--sftp-ciphers=aes128-gcm@openssh.com', '--sftp-disable-hashcheck'];
/**
 * What a copy to an empty target can do without. In place: no temporary name and no rename, so that readers may see half
 * a file. That is less than we promise, but some accept it, so it counts.
 */
const NOTHING_THERE = ['--inplace', '--ignore-checksum', '--no-check-dest'];

/** Of buckets: no look whether there is one, and parts side by side. */
const BUCKET = ['--s3-no-check-bucket', '--s3-upload-concurrency=8'];

const singleFile = [['--sftp-concurrency=64'], ['--sftp-concurrency=128'], ['--buffer-size=0']];
/** The best guess first. */
const near = [4, 8, 16, 64];
const far = [16, 64, 8, 4];

function candidates({ work, singleFile: single, roundTripMs, buckets }: RcloneTask): readonly (readonly string[])[] {
  const counts = roundTripMs > 0 ? far : near;
  const manyFiles = counts.map((count) => [`--transfers=${count}`, `--checkers=${count}`]);
  switch (work) {
    case 'copy':
      return (single ? singleFile : manyFiles).map((flags) => [
        ...flags,
        ...NOTHING_THERE,
        ...(buckets === undefined ? [] : BUCKET),
      ]);
    case 'copy-again':
      return counts.map((count) => [`--checkers=${count}`, '--ignore-checksum']);
    case 'list':
      return counts.map((count) => [`--checkers=${count}`]);
    case 'help':
      return [];
  }
}

/** What the settings depend on. */
export interface RcloneTask {
  readonly work: Work;
  readonly singleFile: boolean;
  readonly roundTripMs: number;
  readonly buckets?: 'source' | 'target' | undefined;
}

/** rclone with nothing but what it needs to connect. */
export function rcloneDefault(binary: string): Peer {
  return rclone(binary, 'rclone default', [], 'its defaults');
}

/**
 * The settings among which the best is looked for; the first is the best guess.
 * @param help what `rclone help flags` prints: flags that an old rclone does not have yet are left away
 */
export function rcloneCandidates(binary: string, help: string, task: RcloneTask): readonly Peer[] {
  const isKnown = (flag: string) => new RegExp(`${flag.split('=')[0]}\\b(?!-)`).test(help);
  return candidates(task).map((flags) => {
    const all = [...FAST, ...flags].filter(isKnown);
    return rclone(binary, 'rclone best', all, `\`${all.join(' ')}\``);
  });
}

function rclone(binary: string, name: string, flags: readonly string[], settings: string): Peer {
  return {
    name,
    settings,
    steps(job) {
      const command = (args: readonly string[]) => [
        [{ file: binary, args, env: cleanEnvironment(job, connectionSettings(job)) }],
      ];
      const place = ({ bucket, folder }: RemoteFolder) => bucket?.path ?? folder;
      const [source, target] = [`source:${place(job.source)}`, `target:${place(job.target)}`];
      switch (job.work) {
        case 'copy':
          return command(['copy', ...flags, source, target]);
        case 'copy-again':
          return command(['copy', ...flags, source, target]);
        case 'list':
          return command(['lsf', '--recursive', '--files-only', '--format', 'pst', ...flags, source]);
        case 'help':
          return command(['help']);
      }
    },
    listed: (stdout) => stdout.split('\n').filter(Boolean).length,
  };
}

function connectionSettings(job: Job): Record<string, string> {
  const bucket = (name: string, { endpoint, accessKey, secretKey }: Bucket) => ({
    [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
    [`RCLONE_CONFIG_${name}_PROVIDER`]: 'Other',
    [`RCLONE_CONFIG_${name}_ENDPOINT`]: endpoint,
    [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`]: accessKey,
    [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`]: secretKey,
  });
  const server = (name: string, port: number) => ({
    [`RCLONE_CONFIG_${name}_TYPE`]: 'sftp',
    [`RCLONE_CONFIG_${name}_HOST`]: host,
    [`RCLONE_CONFIG_${name}_PORT`]: String(port),
    [`RCLONE_CONFIG_${name}_USER`]: job.user,
    [`RCLONE_CONFIG_${name}_KEY_FILE`]: job.keyFile,
    [`RCLONE_CONFIG_${name}_KNOWN_HOSTS_FILE`]: job.knownHostsFile,
  });
  const remote = (name: string, place: RemoteFolder) =>
    place.bucket ? bucket(name, place.bucket) : server(name, place.port);
  return { RCLONE_CONFIG: '/dev/null', ...remote('SOURCE', job.source), ...remote('TARGET', job.target) };
}
