/** The host keys that a server shows, in the words of people and of known_hosts. */
import type { Endpoint } from '../../../config/settings.ts';
import { typeOf } from './host-key.ts';
import { fingerprint, hostName, knownKeys } from './known-hosts.ts';
import { shownHostKeys as keysOf } from './session.ts';

export interface ShownHostKey {
  /** Of the host, as known_hosts has it. */
  readonly name: string;
  readonly type: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** Of known_hosts. */
  readonly line: string;
  /** Whether a known_hosts text has it for this host. */
  isIn(text: string): boolean;
  /** Whether it has another of this type alone, or has this one as revoked. */
  isOther(text: string): boolean;
}

/** Throws what opening the place throws; no host key is refused but that of a jump host. */
export async function shownHostKeys(
  { location, ...rest }: Endpoint,
  role: 'source' | 'target',
  connectTimeoutMs: number,
): Promise<readonly ShownHostKey[]> {
  const { host, port } = location;
  const patience = { connectTimeoutMs, idleTimeoutMs: connectTimeoutMs, keepaliveMs: 0 };
  const keys = await keysOf({ ...rest, ...patience, location, role });
  const name = hostName(host, port);
  return keys.map((key) => {
    const type = typeOf(key);
    const listed = (text: string) =>
      knownKeys(text, host, port).filter((each) => !each.otherPort && each.type === type);
    const isIn = (text: string) => listed(text).some(({ blob, revoked }) => !revoked && blob.equals(key));
    return {
      name,
      type,
      fingerprint: fingerprint(key),
      line: `${name} ${type} ${key.toString('base64')}`,
      isIn,
      isOther: (text) =>
        (listed(text).length > 0 && !isIn(text)) ||
        listed(text).some(({ blob, revoked }) => revoked && blob.equals(key)),
    };
  });
}
