/** The servers between us and the one that is wanted, and how messages name them. */
import type { Credentials, JumpHost, Location, ProxyServer } from '../../../config/settings.ts';
import type { SshServer } from './login.ts';

export interface SessionOptions {
  readonly location: Location;
  readonly credentials: Credentials;
  readonly proxy?: ProxyServer | undefined;
  /** The nearest first; behind the proxy, where there is one. */
  readonly jumps?: readonly JumpHost[] | undefined;
  readonly legacyAlgorithms?: boolean;
  readonly role: 'source' | 'target';
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly keepaliveMs: number;
}

/** A host as it stands before a port: an IPv6 address in brackets. */
export function shownHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The server that is wanted. */
export function serverOf({ location, credentials, legacyAlgorithms = false, role }: SessionOptions): SshServer {
  const { host, port, user } = location;
  const variable = `SYNC_TASK_${role.toUpperCase()}`;
  const label = `${role} ${shownHost(host)}:${port}`;
  return { host, port, user, credentials, legacyAlgorithms, label, role, variable };
}

/** Those on the way to it, the nearest first. */
export function jumpServers({ jumps = [], role, legacyAlgorithms = false }: SessionOptions): readonly SshServer[] {
  return jumps.map((hop, index) => ({
    ...hop,
    legacyAlgorithms,
    role,
    variable: `SYNC_TASK_${role.toUpperCase()}_JUMP`,
    label: `${role} jump host ${hop.user}@${shownHost(hop.host)}:${hop.port} (hop ${index + 1} of ${jumps.length})`,
  }));
}
