/**
 * Everything a command can be told, after flags, environment and file were merged and checked. Units are in the names.
 */

import type { StorageVariable } from './storages/storages.ts';

/** A URL, taken apart. No secret is part of it. */
export interface Location {
  /** In lower case; `storage/open.ts` knows what stands behind it. */
  readonly scheme: string;
  readonly user: string;
  /** The server, or the bucket. */
  readonly host: string;
  /** 0 where the URL has none and the scheme has no usual one. */
  readonly port: number;
  /** Absolute, or starting with `~/` for the login's home folder (sftp only). In a bucket: the prefix, with no slash at its ends. */
  readonly path: string;
  /** The URL again, for messages. */
  readonly label: string;
}

/** How to prove who we are and who they are. Values are the secrets themselves, already read from their files. */
export interface Credentials {
  readonly password: string | undefined;
  /** One or more, one behind the other; certificates for them and public keys (of an agent's) may be among them. */
  readonly privateKey: string | undefined;
  readonly passphrase: string | undefined;
  /** Path of an agent's socket. */
  readonly agent: string | undefined;
  /** Of the agent's keys only those are shown whose public or private half is among `privateKey`. */
  readonly identitiesOnly?: boolean;
  /** The text of a known_hosts file. */
  readonly knownHosts: string | undefined;
  /** `SHA256:…`, as `ssh-keygen -l` prints it; any of several, separated by spaces or commas. */
  readonly hostKey: string | undefined;
  /** Accept any host key; the user said so by name. */
  readonly insecureIgnoreHostKey: boolean;
}

export interface Endpoint {
  readonly location: Location;
  readonly credentials: Credentials;
  readonly proxy?: ProxyServer | undefined;
  /** The proxy on the way to a web server, of the option or the environment; left out: there is none (clouds only). */
  proxyTo?(server: WebServer): ProxyServer | undefined;
  /** SSH servers on the way, the nearest first. */
  readonly jumps?: readonly JumpHost[] | undefined;
  /** Offer also what is too weak for others, for old servers. */
  readonly legacyAlgorithms?: boolean;
  /** How objects are stored (s3 only). */
  readonly s3?: ObjectSettings;
  /** What objects are to say of their content (clouds only). */
  readonly content?: ContentSettings;
  /**
   * A variable of the environment, for storages that have their own: `SYNC_TASK_SOURCE_NAME` (or `_TARGET_`) before
   * `NAME`, each also from the file that `…_FILE` names. Throws `usage` where that cannot be read.
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

/** An SSH server that connects us onward. */
export interface JumpHost {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly credentials: Credentials;
}

/** Where a request goes. */
export interface WebServer {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** Between us and a server. */
export interface ProxyServer {
  readonly scheme: 'socks5' | 'http';
  /** It is spoken to over TLS. */
  readonly tls?: boolean;
  readonly host: string;
  readonly port: number;
  /** Empty: none. */
  readonly user: string;
  readonly password: string | undefined;
  /** For messages. */
  readonly label: string;
  /** The variable that names it, where it is not the option. */
  readonly from?: string;
}

export interface TransformSetting {
  readonly name: string;
  /** Repeated options become lists. */
  readonly options: Readonly<Record<string, string | readonly string[]>>;
  /** Applies to files whose path matches; undefined: to all. */
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
  /** Where nobody chose a state: files in which earlier versions kept it. */
  readonly formerStates?: readonly string[] | undefined;
  readonly statePassword: string | undefined;
  /** For another process that has the state. */
  readonly waitMs: number;
  readonly pipeline: string;
  /** The name that earlier versions made of the same source and target. */
  readonly formerPipeline?: string | undefined;
  /** What `pipeline` was named after; undefined where only its name was given. */
  readonly identities?: LocationIdentities | undefined;
  /** 32 hexadecimal digits. */
  readonly traceId: string | undefined;
}

/** Where metrics go. */
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
  /** The target is new to the pipeline: everything is delivered there. */
  readonly newTarget: boolean;
  /** The same files stand at other addresses than before. */
  readonly sameFiles: boolean;
  readonly transforms: readonly TransformSetting[];
  /** What files may take while they are decoded. */
  readonly decoders: { readonly memoryBytes: number; readonly maxExpansion: number };
  /** What happens to an unchanged file whose transforms, or their options or versions, are others than when it was copied. */
  readonly transformChanged: 'reprocess' | 'ignore';
  readonly selection: Selection;
  readonly gates: Readonly<Record<GateName, GateSetting>>;
  /** Gates that let this run through. */
  readonly accept: readonly GateName[];
  readonly batchFiles: number;
  readonly batchBytes: number;
  readonly maxBatches: number;
  /** Files and bytes that one run copies at most; the rest waits for the next run. */
  readonly maxFiles: number | undefined;
  readonly maxBytes: number | undefined;
  /** Counted from the start of the process; then no further file is begun. */
  readonly maxDurationMs: number | undefined;
  /** Of what is read from the source, for this process. */
  readonly bandwidth: readonly BandwidthSlot[] | undefined;
  /** What happens to a target file that the state does not know. */
  readonly existing: 'adopt' | 'replace' | 'refuse';
  /** How a file gets its final name at the target. */
  readonly publish: 'rename' | 'in-place';
  /** Where reports go. */
  readonly reportDir: string | undefined;
  /** Where whoever started the run shows it; its report links there. */
  readonly runUrl?: string | undefined;
  /** Somebody wants to know how much was copied in all, and how. */
  readonly wantsTotals: boolean;
  /** Files in flight at once; undefined: chosen by measurement. */
  readonly files: number | undefined;
  readonly bufferBytes: number;
  /** Connections for each SFTP endpoint at most; undefined: chosen by measurement. */
  readonly connections: number | undefined;
  readonly fsync: boolean;
  /** Bytes of a segment: how much of a file at most is sent again after a crash. */
  readonly checkpointBytes: number;
  readonly verify: 'size' | 'read-back';
  /** What the command `verify` compares beyond sizes and times. */
  readonly checksum: 'none' | 'target' | 'both';
  /** Whether `verify` copies again what was lost or changed at the target. */
  readonly repair: boolean;
  readonly force: boolean;
  readonly explain: boolean;
  readonly dryRun: boolean;
  readonly leaseMs: number;
  readonly attempts: number;
  /** How long a server that was lost is tried again. */
  readonly reconnectMs: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** From this minute of the day on, until the next slot. */
export interface BandwidthSlot {
  readonly fromMinute: number;
  /** Undefined: no limit. */
  readonly bytesPerSecond: number | undefined;
}

/** What is looked at before a plan may be carried out. */
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
  /** Files or bytes beyond which it speaks up whatever is usual: at least for `few-files`, at most for the others. */
  readonly limit: number | undefined;
}

export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly prefix: string;
  /** By the source's clock, where it could be told. */
  readonly minAgeMs: number;
  /** So long after it was listed a file must still be what was listed. */
  readonly stableMs: number;
  /** Name of the file that says that another is whole, with `{name}` for the other's name. */
  readonly marker: string | undefined;
  /** Files with an older mtime are left out. */
  readonly sinceMs: number | undefined;
}
