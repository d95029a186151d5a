/**
 * `sslmode` and its companions, from the URL or libpq's `PGSSL…` variables, with libpq's meaning
 * (postgresql.org/docs/current/libpq-ssl.html). pg differs: it treats `prefer` and `require` like `verify-full`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, getCACertificates } from 'node:tls';
import { SyncError } from '../../base/errors.ts';

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof modes)[number];

/** What pg takes as `ssl`. */
export type Encryption = ConnectionOptions | false;

export interface TlsPlan {
  /** The URL without its TLS parameters, which pg would read in its own way. */
  readonly url: string;
  /** Ways to connect, in order. The next one is tried only where the server refuses encryption, or the lack of it. */
  readonly tries: readonly [Encryption, ...Encryption[]];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `usage` and `permission`. `folder` is where libpq looks for files that are not named. */
export function tlsPlan(
  url: string,
  label: string,
  environment: Environment = process.env,
  folder = join(homedir(), '.postgresql'),
): TlsPlan {
  const [address = '', query = ''] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const take = (name: string): string | undefined => {
    const given = parameters.get(name) ?? environment[`PG${name.toUpperCase()}`];
    parameters.delete(name);
    return given === '' ? undefined : given;
  };
  const [given, rootcert, cert, key] = [take('sslmode'), take('sslrootcert'), take('sslcert'), take('sslkey')];
  const passphrase = take('sslpassword');
  const refuse = (message: string, kind: 'usage' | 'permission' = 'usage') =>
    new SyncError(`state ${label}: ${message}`, { kind, reason: 'state-encryption' });
  const mode = (given ?? (rootcert === 'system' ? 'verify-full' : 'prefer')) as Mode;
  if (!modes.includes(mode)) throw refuse(`sslmode=${given} is not known: one of ${modes.join(', ')}`);
  if (rootcert === 'system' && mode !== 'verify-full') {
    throw refuse(
      `sslmode=${mode} proves nothing with sslrootcert=system: everybody has such a certificate; use verify-full`,
    );
  }
  const direct = (parameters.get('sslnegotiation') ?? environment['PGSSLNEGOTIATION']) === 'direct';
  if (direct && ['disable', 'allow', 'prefer'].includes(mode)) {
    throw refuse(`sslnegotiation=direct wants sslmode=require or more, not ${mode}`);
  }
  const rest = parameters.toString();
  const stripped = rest === '' ? address : `${address}?${rest}`;
  const host = parameters.get('host') ?? (hostOf(address) || environment['PGHOST'] || 'localhost');
  if (mode === 'disable' || host.startsWith('/') || /^%2f/i.test(host)) return { url: stripped, tries: [false] };

  const read = (file: string, what: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw refuse(`${what} cannot be read: ${(error as Error).message}`, 'permission');
    }
  };
  const authority = () => {
    if (rootcert === 'system') return trustedBySystem();
    const file = rootcert ?? join(folder, 'root.crt');
    // A file that is named and missing is a mistake in every mode.
    if (rootcert !== undefined || existsSync(file)) return [read(file, 'sslrootcert')];
    if (mode === 'verify-ca' || mode === 'verify-full') {
      throw refuse(
        `sslmode=${mode} needs the authority's certificate: name it with sslrootcert, or sslrootcert=system`,
      );
    }
    return undefined;
  };
  const own = (named: string | undefined, name: string, what: string): string | undefined => {
    const file = named ?? join(folder, name);
    return named !== undefined || existsSync(file) ? read(file, what) : undefined;
  };
  const ca = authority();
  const ownCert = own(cert, 'postgresql.crt', 'sslcert');
  const ownKey = ownCert === undefined ? undefined : own(key, 'postgresql.key', 'sslkey');
  const encrypted: ConnectionOptions = {
    rejectUnauthorized: ca !== undefined,
    ...(ca && { ca }),
    // Checks the certificate alone; only verify-full checks the host name.
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(ownCert !== undefined && { cert: ownCert }),
    ...(ownKey !== undefined && { key: ownKey }),
    ...(passphrase !== undefined && { passphrase }),
    ...(isIP(host) === 0 && { servername: host }),
  };
  if (mode === 'allow') return { url: stripped, tries: [false, encrypted] };
  if (mode === 'prefer') return { url: stripped, tries: [encrypted, false] };
  return { url: stripped, tries: [encrypted] };
}

function hostOf(address: string): string {
  return /^[a-z]+:\/\/(?:[^/]*@)?(\[[^\]]*\]|[^:/]*)/i.exec(address)?.[1]?.replace(/^\[(.*)\]$/, '$1') ?? '';
}

/** The operating system's, or else Node's, and those in NODE_EXTRA_CA_CERTS. */
function trustedBySystem(): string[] {
  const system = getCACertificates('system');
  return [...(system.length > 0 ? system : getCACertificates('bundled')), ...getCACertificates('extra')];
}
