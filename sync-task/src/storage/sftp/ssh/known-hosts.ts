/**
 * Which keys a host may show, by an OpenSSH known_hosts text (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain, hashed and
 * wildcard names, `[host]:port`, negation, `@revoked`. Certificate authorities are not followed.
 */
import { createHash, createHmac } from 'node:crypto';

export interface KnownKey {
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** The key as it goes over the wire. */
  readonly blob: Buffer;
  readonly revoked: boolean;
  /** It stands there for the name alone, and another port than 22 is meant: it will do, but no other key is wrong for it. */
  readonly otherPort: boolean;
}

/** The keys listed for this host and port, and behind them, as OpenSSH reads it, those listed for the host without a port. */
export function knownKeys(text: string, host: string, port: number): KnownKey[] {
  const keys = (of: number, otherPort: boolean) =>
    linesFor(text, host, of).flatMap(({ marker, type, key }) => {
      const revoked = marker === '@revoked';
      return marker === '@cert-authority' ? [] : [{ type, blob: Buffer.from(key, 'base64'), revoked, otherPort }];
    });
  const own = keys(port, false);
  if (port === 22) return own;
  const others = keys(22, true);
  return [...own, ...others.filter((key) => key.revoked || own.every(({ revoked }) => revoked))];
}

/** Whether a text that is not empty has no line of known_hosts: a path, a fingerprint, a key without its host. */
export function isNoKnownHosts(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const line = /^\s*(@\S+\s+)?[^\s@]\S*\s+([a-z][\w@.-]+\s+[A-Za-z0-9+/]{8,}|\d+\s+\d+\s+\d+)/;
  return lines.length > 0 && lines.every((each) => !line.test(each) || /^\s*(ssh|ecdsa|sk)-\S+\s+AAAA/.test(each));
}

/** Whether a certificate authority is trusted for this host. */
export function namesAuthority(text: string, host: string, port: number): boolean {
  const lines = [...linesFor(text, host, port), ...linesFor(text, host, 22)];
  return lines.some(({ marker }) => marker === '@cert-authority');
}

/** The name that a line begins with. */
export function hostName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

interface Line {
  readonly marker: string | undefined;
  readonly type: string;
  readonly key: string;
}

function linesFor(text: string, host: string, port: number): readonly Line[] {
  const name = hostName(host, port);
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names, type, key] = fields;
    if (!names || !type || !key || names.startsWith('#') || !matches(names, name)) return [];
    return [{ marker, type, key }];
  });
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = names.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  let matched = false;
  for (const pattern of names.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!wildcard(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
