/**
 * Which account of which server a storage is: within one, `copy-data` has the server copy from file to file. That needs both files
 * open in one session, the target's, so it must be certain that this sees what the source's sees: the same server (its host key,
 * which was checked), reached the same way, and the same login, since a server may show another tree to another key.
 */
import { isDeepStrictEqual } from 'node:util';
import type { FileVersion } from '../../../base/model.ts';
import { copyOffers } from '../../copy-offers.ts';
import type { CopyOrigin } from '../../storage.ts';
import type { SessionOptions } from '../ssh/session.ts';

interface Offer {
  readonly account: unknown;
  /** Where that version of the file lies, as its server names it; undefined where something else stands there. */
  find(path: string, version: FileVersion): Promise<Buffer | undefined>;
}

export const offers = copyOffers<Offer>();

/** Undefined where the server's host key is not checked. */
export function accountOf({ location, credentials, proxy, jumps = [] }: SessionOptions, hostKey: string): unknown {
  if (credentials.insecureIgnoreHostKey) return undefined;
  const { host, port, user } = location;
  const { password, privateKey, passphrase, agent } = credentials;
  const way = [proxy, ...jumps.map((hop) => [hop.host, hop.port, hop.user])];
  return [hostKey, host.toLowerCase(), port, user, password, privateKey, passphrase, agent, way];
}

/** The file as the account's own server names it; undefined where it is of another one, or no more what was listed. */
export async function copySource(
  account: unknown,
  { storage, path, expected }: CopyOrigin,
): Promise<Buffer | undefined> {
  const other = offers.of(storage);
  return other && isDeepStrictEqual(other.account, account) ? other.find(path, expected) : undefined;
}
