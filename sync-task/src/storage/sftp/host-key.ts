/** Decides whether a server is the one the user means. Strict: what is not known is refused. */
import type { Credentials } from '../../config/settings.ts';
import { SyncError } from '../../errors.ts';
import { fingerprint, type KnownKey, knownKeys, namesAuthority } from './known-hosts.ts';

export interface HostKeyCheck {
  /** Host key algorithms to offer first, so that the server shows a key of a kind that we know. */
  readonly preferredTypes: readonly string[];
  /** Undefined: accepted. */
  refuse(key: Buffer): SyncError | undefined;
}

/** `label` names the server in the messages, `variable` is what its settings begin with. */
export function hostKeyCheck(
  credentials: Credentials,
  host: string,
  port: number,
  { label, variable }: { readonly label: string; readonly variable: string },
): HostKeyCheck {
  if (credentials.insecureIgnoreHostKey) return { preferredTypes: [], refuse: () => undefined };
  const known: KnownKey[] = credentials.knownHosts ? knownKeys(credentials.knownHosts, host, port) : [];
  const named = credentials.hostKey?.split(/[\s,]+/).filter((each) => each !== '');

  return {
    preferredTypes: known.filter((key) => !key.revoked).map((key) => key.type),
    refuse(key) {
      const shown = fingerprint(key);
      const is = (other: KnownKey) => other.blob.equals(key);
      if (known.some((other) => other.revoked && is(other))) {
        return refusal('host-key-revoked', `${label} shows host key ${shown}, which known_hosts marks as revoked`);
      }
      if (named !== undefined) {
        if (named.some((each) => each.replace(/=+$/, '') === shown)) return undefined;
        const advice = `ask its operator, and only then change ${variable}_HOST_KEY`;
        return refusal('host-key-changed', `${label} shows host key ${shown}, not ${named.join(' or ')}: ${advice}`);
      }
      if (known.some((other) => !other.revoked && is(other))) return undefined;
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

function refusal(reason: string, message: string): SyncError {
  return new SyncError(message, { kind: 'permission', reason });
}
