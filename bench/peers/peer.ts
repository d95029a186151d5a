/** The programs in the benchmark, and the tasks that they get. */

/**
 * - `copy`: a tree to an empty target
 * - `copy-again`: the same when everything is there already
 * - `list`: name, size and time of every file
 * - `help`: start, print the help, end
 */
export type Work = 'copy' | 'copy-again' | 'list' | 'help';

export interface RemoteFolder {
  readonly port: number;
  /** Absolute. */
  readonly folder: string;
  /** Where it is to be reached as a bucket instead. */
  readonly bucket?: Bucket | undefined;
}

export interface Bucket {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Bucket and prefix, with a slash between them where there is one. */
  readonly path: string;
}

export interface Job {
  readonly work: Work;
  readonly source: RemoteFolder;
  readonly target: RemoteFolder;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** For clients that use `ssh`: the hosts `source` and `target`. */
  readonly sshConfigFile: string;
  /** The contestant's own folder on disk for this run: its state, and its HOME. */
  readonly scratch: string;
  /** For temporary files of the data's size, where the data is. */
  readonly temporary: string;
  /** Files in the tree: where the work is to be cut into parts. */
  readonly files: number;
  /** The tree is one single file. */
  readonly singleFile: boolean;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited from this process. */
  readonly env: Record<string, string>;
}

export interface Peer {
  readonly name: string;
  /** Everything that is not its default, in words or flags, for the table of settings. */
  readonly settings: string;
  /** Steps in order, each with commands that run in parallel; undefined: it cannot do this work. */
  steps(job: Job): readonly (readonly Command[])[] | undefined;
  /** The number of files found, from what the `list` work printed. */
  listed?(stdout: string): number;
  /** Needs the Postgres server. */
  readonly usesPostgres?: boolean;
}

/** The environment that every client gets. */
export function cleanEnvironment(job: Job, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: job.scratch,
    TMPDIR: job.temporary,
    ...more,
  };
}

export const host = '127.0.0.1';
