/**
 * All settings of a command, merged from flags, environment and file, and checked. Names carry the units.
 */

import type { StorageVariable } from './storages/storages.ts';

/** A URL, taken apart. No secret is part of it. */
export interface Location {
  /** In lower case; `storage/open.ts` maps it to a storage. */
  readonly scheme: string;
  readonly user: string;
  /** The server, or the bucket. */
  readonly host: string;
  /** 0 if the URL has none and the scheme has no default. */
  readonly port: number;
  /** Absolute, or starting with `~/` for the login's home folder (sftp only). In a bucket: the prefix, with no slash at its ends. */
  readonly path: string;
  /** The URL again, for messages. */
  readonly label: string;
}

/** How we and the server prove who we are. Values are the secrets themselves, already read from their files. */
export interface Credentials {
  readonly password: string | undefined;
  /** One or more keys in a row; certificates for them, and public keys of an agent's keys, may be among them. */
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  /** The path of an agent's socket. */
  readonly agent: string | undefined;
  /** Offer only those of the agent's keys whose public or private half is in `privateKey`. */
  readonly identitiesOnly?: boolean;
  /** The text of a known_hosts file. */
  readonly knownHosts: string | undefined;
  /** `SHA256:…`, as `ssh-keygen -l` prints it; several are separated by spaces or commas, and any may match. */
  readonly hostKey: string | undefined;
  /** Accept any host key. */
  readonly insecureIgnoreHostKey: boolean;
}

export interface Endpoint {
  readonly location: Location;
  readonly credentials: Credentials;
  readonly proxy?: ProxyServer | undefined;
  /** The proxy for a web server, from the option or the environment; without this method there is none (clouds only). */
  proxyTo?(server: WebServer): ProxyServer | undefined;
  /** SSH servers on the way, nearest first. */
  readonly jumps?: readonly JumpHost[] | undefined;
  /** Also offer algorithms with known weaknesses, for old servers. */
  readonly legacyAlgorithms?: boolean;
  /** How objects are stored (s3 only). */
  readonly s3?: ObjectSettings;
  /** What objects say about their content (clouds only). */
  readonly content?: ContentSettings;
  /**
   * A variable that the storage declares (`storages/`): `SYNC_TASK_SOURCE_NAME` (or `_TARGET_`) before `NAME`, each also from
   * the file that `…_FILE` names. Throws `usage` if that cannot be read.
   */
  variable(name: StorageVariable): string | undefined;
}

export interface ContentSettings {
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  /** `KEY=VALUE,…` */
  readonly metadata: string | undefined;
}

export interface ObjectSettings {
  readonly storageClass: string | undefined;
  /** `AES256`, `aws:kms` or `aws:kms:KEY`. */
  readonly encryption: string | undefined;
  /** `KEY=VALUE,…` */
  readonly tags: string | undefined;
}

/** An SSH server that connects us to the next one. */
export interface JumpHost {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly credentials: Credentials;
}

/** The server that a request goes to. */
export interface WebServer {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** A proxy between us and a server. */
export interface ProxyServer {
  readonly scheme: 'socks5' | 'http';
  /** Speak TLS to the proxy itself. */
  readonly tls?: boolean;
  readonly host: string;
  readonly port: number;
  /** Empty: no login. */
  readonly user: string;
  readonly password: string | undefined;
  /** For messages. */
  readonly label: string;
  /** The variable that names it, unless the option does. */
  readonly from?: string;
}

export interface TransformSetting {
  readonly name: string;
  /** A repeated option is a list. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
  /** The files it applies to; undefined: all. */
  readonly glob: string | undefined;
}

/** Source and target in words that are equal exactly where two endpoints are the same location (`location-identity.ts`). */
export interface LocationIdentities {
  readonly source: string;
  readonly target: string;
}

/** What every command needs. */
export interface CommonSettings {
  readonly state: string;
  /** Set if the user chose no state: files where earlier versions kept it. */
  readonly formerStates?: readonly string[] | undefined;
  readonly statePassword: string | undefined;
  /** How long to wait for another process that uses the state. */
  readonly waitMs: number;
  readonly pipeline: string;
  /** The name that earlier versions made of the same source and target. */
  readonly formerPipeline?: string | undefined;
  /** What `pipeline` was named after; undefined where only its name was given. */
  readonly identities?: LocationIdentities | undefined;
  /** 32 hexadecimal digits. */
  readonly traceId: string | undefined;
}

/** Where metrics are pushed to. */
export interface MetricsSettings {
  readonly url: URL;
  /** The value of the Authorization header; undefined: none. */
  readonly authorization: string | undefined;
  readonly pipeline: string;
}

export interface Settings extends CommonSettings {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly identities: LocationIdentities;
  /** The target is new to the pipeline: deliver everything there. */
  readonly newTarget: boolean;
  /** Source or target has a new address and holds the same files. */
  readonly sameFiles: boolean;
  readonly transforms: readonly TransformSetting[];
  /** The bounds for decoding. */
  readonly decoders: { readonly memoryBytes: number; readonly maxExpansion: number };
  /** What happens to an unchanged file if its transforms, their options or versions have changed since it was copied. */
  readonly transformChanged: 'reprocess' | 'ignore';
  readonly selection: Selection;
  readonly gates: Readonly<Record<GateName, GateSetting>>;
  /** Gates that this run may pass whatever they find. */
  readonly accept: readonly GateName[];
  readonly batchFiles: number;
  readonly batchBytes: number;
  readonly maxBatches: number;
  /** The most files and bytes that one run copies; the rest waits for the next run. */
  readonly maxFiles: number | undefined;
  readonly maxBytes: number | undefined;
  /** Counted from the start of the process; afterwards no further file is started. */
  readonly maxDurationMs: number | undefined;
  /** The limit for reading from the source, for this process. */
  readonly bandwidth: readonly BandwidthSlot[] | undefined;
  /** What happens to a target file that the state does not know. */
  readonly existing: 'adopt' | 'replace' | 'refuse';
  /** How a file gets its final name at the target. */
  readonly publish: 'rename' | 'in-place';
  /** Where reports go. */
  readonly reportDir: string | undefined;
  /** The page of the run in what started it, such as Airflow; the report links there. */
  readonly runUrl?: string | undefined;
  /** The result has totals, for metrics. */
  readonly wantsTotals: boolean;
  /** Files in flight at once; undefined: chosen by measurement. */
  readonly files: number | undefined;
  readonly bufferBytes: number;
  /** The most connections to each server; undefined: chosen by measurement. */
  readonly connections: number | undefined;
  readonly fsync: boolean;
  /** The bytes of a segment: the most of a file that is sent again after a crash. */
  readonly checkpointBytes: number;
  readonly verify: 'size' | 'read-back';
  /** What the command `verify` compares beyond sizes and times. */
  readonly checksum: 'none' | 'target' | 'both';
  /** Whether `verify` copies lost or changed files again. */
  readonly repair: boolean;
  readonly force: boolean;
  readonly explain: boolean;
  readonly dryRun: boolean;
  readonly leaseMs: number;
  readonly attempts: number;
  /** How long a lost server is retried. */
  readonly reconnectMs: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** A limit from this minute of the day until the next slot. */
export interface BandwidthSlot {
  readonly fromMinute: number;
  /** Undefined: no limit. */
  readonly bytesPerSecond: number | undefined;
}

/** The checks of a plan before anything is written. */
export type GateName =
  | 'empty-source'
  | 'few-files'
  | 'many-files'
  | 'total-size'
  | 'file-size'
  | 'name-collision'
  | 'empty-target';

export interface GateSetting {
  readonly action: 'warn' | 'fail' | 'off';
  /** The least files for `few-files`, the most files or bytes for the others, whatever is usual. */
  readonly limit: number | undefined;
}

export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly prefix: string;
  /** By the source's clock, if it is known. */
  readonly minAgeMs: number;
  /** A file must be unchanged this long after it was listed. */
  readonly stableMs: number;
  /** The name of the file that marks another as complete, with `{name}` for the other's name. */
  readonly marker: string | undefined;
  /** Files with an older modification time are left out. */
  readonly sinceMs: number | undefined;
}
