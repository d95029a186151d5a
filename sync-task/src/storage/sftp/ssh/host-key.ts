/** Decides whether a server is the one the user means. Strict: what is not known is refused. */

import { SyncError } from '../../../base/errors.ts';
import type { Credentials } from '../../../config/settings.ts';
import { fingerprint, isNoKnownHosts, type KnownKey, knownKeys, namesAuthority } from './known-hosts.ts';
import { namedKeys } from './named-keys.ts';

export interface HostKeyCheck {
  /** Host key algorithms to offer first, so that the server shows a key of a kind that we know. */
  readonly preferredTypes: readonly string[];
  /** Undefined: accepted. */
  refuse(key: Buffer): SyncError | undefined;
}

/** A key that is not the one that is known; the server may have that too. */
export class OtherHostKey extends SyncError {
  readonly type: string;
  readonly key: Buffer;
  /** To be told of those that were shown. */
  readonly types: Set<string>;
  constructor(message: string, key: Buffer, types: Set<string>) {
    super(message, { kind: 'permission', reason: 'host-key-changed' });
    this.type = typeOf(key);
    this.key = key;
    this.types = types;
  }
}

export interface HostKeyServer {
  /** Names the server in the messages. */
  readonly label: string;
  /** What its settings begin with. */
  readonly variable: string;
  /** Of `OtherHostKey`. */
  readonly types?: Set<string>;
}

/** Throws `usage` where the key that the user named is none. */
export function hostKeyCheck(
  credentials: Credentials,
  host: string,
  port: number,
  { label, variable, types = new Set() }: HostKeyServer,
): HostKeyCheck {
  if (credentials.insecureIgnoreHostKey) return { preferredTypes: [], refuse: () => undefined };
  if (credentials.knownHosts && isNoKnownHosts(credentials.knownHosts)) {
    throw new SyncError(
      `${variable}_KNOWN_HOSTS holds no line of known_hosts; it takes the text of such a file (the path of one is ${variable}_KNOWN_HOSTS_FILE, and a fingerprint or a key is ${variable}_HOST_KEY)`,
      { kind: 'usage', reason: 'bad-known-hosts' },
    );
  }
  const listed: KnownKey[] = credentials.knownHosts ? knownKeys(credentials.knownHosts, host, port) : [];
  const known = listed.filter((key) => !key.revoked && !key.otherPort);
  const named = credentials.hostKey === undefined ? undefined : namedKeys(credentials.hostKey, `${variable}_HOST_KEY`);
  const namedTypes = named?.flatMap(({ type }) => type ?? []);

  return {
    preferredTypes: namedTypes ?? listed.filter((key) => !key.revoked).map((key) => key.type),
    refuse(key) {
      const shown = fingerprint(key);
      const is = (other: KnownKey) => other.blob.equals(key);
      if (listed.some((other) => other.revoked && is(other))) {
        return refusal('host-key-revoked', `${label} shows host key ${shown}, which known_hosts marks as revoked`);
      }
      if (named !== undefined) {
        if (named.some((each) => each.fingerprint === shown)) return undefined;
        const advice = `ask its operator, and only then change ${variable}_HOST_KEY`;
        const meant = named.map((each) => each.fingerprint).join(' or ');
        return new OtherHostKey(`${label} shows host key ${shown}, not ${meant}: ${advice}`, key, types);
      }
      if (listed.some((other) => !other.revoked && is(other))) return undefined;
      if (known.length > 0) {
        const advice = 'somebody may be listening in: ask its operator, and only then replace its line in known_hosts';
        return refusal('host-key-changed', `${label} shows host key ${shown}, not the one in known_hosts: ${advice}`);
      }
      if (credentials.knownHosts && namesAuthority(credentials.knownHosts, host, port)) {
        const advice = `ssh2 cannot check host certificates: compare ${shown} with what its operator says, then set ${variable}_HOST_KEY`;
        return refusal('host-key-unknown', `${label} is trusted by @cert-authority alone, and ${advice}`);
      }
      const advice = `compare ${shown} with what its operator says, then set ${variable}_HOST_KEY or add it to ${variable}_KNOWN_HOSTS`;
      return refusal('host-key-unknown', `${label} has a host key that is not known: ${advice}`);
    },
  };
}

/** The name that a key begins with (RFC 4253 section 6.6). */
export function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

function refusal(reason: string, message: string): SyncError {
  return new SyncError(message, { kind: 'permission', reason });
}
