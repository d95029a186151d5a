/**
 * Everything a command can be told, after flags, environment and file were merged and checked. Units are in the names.
 */

/** A place, taken apart. Secrets are never part of it. */
export interface Location {
  readonly scheme: 'sftp' | 'file';
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Absolute, or starting with `~/` for the login's home folder (sftp only). */
  readonly path: string;
  /** The URL again, for messages. */
  readonly label: string;
}

/** How to prove who we are and who they are. Values are the secrets themselves, already read from their files. */
export interface Credentials {
  readonly password: string | undefined;
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  /** Path of an agent's socket. */
  readonly agent: string | undefined;
  /** The text of a known_hosts file. */
  readonly knownHosts: string | undefined;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly hostKey: string | undefined;
  /** Accept any host key; the user said so by name. */
  readonly insecureIgnoreHostKey: boolean;
}

export interface Endpoint {
  readonly location: Location;
  readonly credentials: Credentials;
}

export interface TransformSetting {
  readonly name: string;
  /** Repeated options become lists. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
  /** Applies to files whose path matches; undefined: to all. */
  readonly glob: string | undefined;
}

/** What every command needs. */
export interface CommonSettings {
  readonly state: string;
  readonly statePassword: string | undefined;
  readonly pipeline: string;
}

export interface Settings extends CommonSettings {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly transforms: readonly TransformSetting[];
  /** What happens to an unchanged file whose transforms, or their options or versions, are others than when it was copied. */
  readonly transformChanged: 'reprocess' | 'ignore';
  readonly selection: Selection;
  readonly batchFiles: number;
  readonly batchBytes: number;
  readonly maxBatches: number;
  /** What happens to a target file that the state does not know. */
  readonly existing: 'adopt' | 'replace' | 'refuse';
  /** Files in flight at once; undefined: chosen by measurement. */
  readonly files: number | undefined;
  readonly bufferBytes: number;
  /** Connections for each SFTP endpoint at most; undefined: chosen by measurement. */
  readonly connections: number | undefined;
  readonly fsync: boolean;
  readonly verify: 'size' | 'read-back';
  readonly force: boolean;
  readonly explain: boolean;
  readonly dryRun: boolean;
  readonly leaseMs: number;
  readonly attempts: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveMs: number;
}

export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly prefix: string;
  readonly minAgeMs: number;
  /** Files with an older mtime are left out. */
  readonly sinceMs: number | undefined;
}
