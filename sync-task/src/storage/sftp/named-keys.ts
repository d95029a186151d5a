/** Host keys as people paste them: fingerprints with and without their prefix, lines of keys, of ssh-keyscan and of ssh-keygen -l. */
import { SyncError } from '../../errors.ts';
import { fingerprint } from './known-hosts.ts';

export interface NamedKey {
  /** `SHA256:…`, without padding. */
  readonly fingerprint: string;
  /** Of the key, where it was told. */
  readonly type: string | undefined;
}

const KEY_TYPE = /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-\S+@openssh\.com)$/;
const MD5 = /^(MD5:)?([0-9a-f]{2}:){15}[0-9a-f]{2}$/i;
const SHA1 = /^SHA1:/i;
const PREFIX = /^SHA256:/i;
/** 32 bytes. */
const DIGEST = /^[A-Za-z0-9+/]{43}=?$/;

/** Several are separated by commas, blanks or line ends. Throws `usage`. */
export function namedKeys(text: string, variable: string): readonly NamedKey[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^["']|["']$/g, ''));
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#')).flatMap((line) => ofLine(line, variable));
  if (keys.length === 0) throw malformed(variable, 'is empty');
  return keys;
}

function ofLine(line: string, variable: string): readonly NamedKey[] {
  const words = line.split(/\s+/);
  const at = words.findIndex((word) => KEY_TYPE.test(word));
  if (at >= 0) return [ofBlob(words[at + 1] ?? '', variable)];
  const tokens = line.split(/[\s,]+/).filter((token) => token !== '');
  if (tokens.some((token) => MD5.test(token) || SHA1.test(token))) {
    throw malformed(
      variable,
      'is an MD5 or SHA-1 fingerprint, which can be forged: give the SHA256 one (ssh-keygen -l -E sha256, or ssh-keyscan HOST | ssh-keygen -lf -)',
    );
  }
  // ssh-keygen -l: bits, fingerprint, comment, type.
  const [first = '', second = ''] = tokens;
  if (/^\d+$/.test(first) && PREFIX.test(second)) return [ofDigest(second.replace(PREFIX, ''), variable)];
  return tokens.map((token) =>
    token.startsWith('AAAA') && token.length > 44
      ? ofBlob(token, variable)
      : ofDigest(token.replace(PREFIX, ''), variable),
  );
}

function ofDigest(digest: string, variable: string): NamedKey {
  if (!DIGEST.test(digest)) throw malformed(variable, 'is no host key');
  return { fingerprint: `SHA256:${digest.replace(/=+$/, '')}`, type: undefined };
}

function ofBlob(base64: string, variable: string): NamedKey {
  const blob = Buffer.from(base64, 'base64');
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.subarray(4, 4 + length).toString('latin1');
  if (!KEY_TYPE.test(type) || blob.length < 4 + length + 8)
    throw malformed(variable, 'is a host key that was cut short');
  return { fingerprint: fingerprint(blob), type };
}

function malformed(variable: string, what: string): SyncError {
  return new SyncError(
    `${variable} ${what}; it takes SHA256:… as ssh-keygen -l prints it, or a line such as ssh-ed25519 AAAA…`,
    {
      kind: 'usage',
      reason: 'bad-host-key',
    },
  );
}
