/** Host keys as people paste them: fingerprints with and without their prefix, lines of keys, of ssh-keyscan and of ssh-keygen -l. */
import { SyncError } from '../../../base/errors.ts';
import { fingerprint } from './known-hosts.ts';

export interface NamedKey {
  /** `SHA256:…`, without padding. */
  readonly fingerprint: string;
  /** Of the key, where it was told. */
  readonly type: string | undefined;
}

const KEY_TYPE = /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-\S+@openssh\.com)$/;
/** MD5 and SHA-1, in hexadecimal digits with and without colons. */
const WEAK = /^((MD5:)?([0-9a-f]{2}:?){15}[0-9a-f]{2}|([0-9a-f]{2}:?){19}[0-9a-f]{2}|SHA1:.*)$/i;
const HEX = /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i;
const PATH = /^(~|\.{0,2})\/\S*$|^[A-Za-z]:\\\S*$/;
const PREFIX = /^SHA256:/i;
/** 32 bytes. */
const DIGEST = /^[A-Za-z0-9+/]{43}=?$/;

/** Several are separated by commas, blanks or line ends. Throws `usage`. */
export function namedKeys(text: string, variable: string): readonly NamedKey[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^["']|["']$/g, ''));
  if (PATH.test(text.trim()) && !DIGEST.test(text.trim())) {
    throw malformed(variable, `is a path: give it as ${variable}_FILE`);
  }
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#')).flatMap((line) => ofLine(line, variable));
  if (keys.length === 0) throw malformed(variable, 'is empty');
  return keys;
}

function ofLine(line: string, variable: string): readonly NamedKey[] {
  const tokens = line.split(/[\s,]+/).filter((token) => token !== '');
  if (tokens.some((token) => WEAK.test(token))) {
    throw malformed(
      variable,
      'is an MD5 or SHA-1 fingerprint, which can be forged: give the SHA256 one (ssh-keygen -l -E sha256, or ssh-keyscan HOST | ssh-keygen -lf -)',
    );
  }
  const type = tokens.findIndex((token) => KEY_TYPE.test(token));
  const behind = tokens[type + 1] ?? '';
  // ssh-ed25519 255 SHA256:…, as PuTTY and WinSCP show it, is no key but a fingerprint.
  if (type >= 0 && !/^\d+$/.test(behind)) return [ofBlob(behind, variable)];
  const prefixed = tokens.filter((token) => PREFIX.test(token));
  // In a sentence, or between bits and comment as ssh-keygen -l has it, what has the prefix counts alone.
  const isSentence = type >= 0 || tokens.some((token) => !isKey(token.replace(PREFIX, '')));
  const meant =
    isSentence && prefixed.length > 0
      ? prefixed.map((token) => token.replace(/\.$/, ''))
      : tokens.slice(type >= 0 ? type + 2 : 0);
  if (meant.length === 0) throw malformed(variable, 'is no host key');
  return meant.map((token) =>
    isBlob(token) ? ofBlob(token, variable) : ofDigest(token.replace(PREFIX, ''), variable),
  );
}

function isKey(token: string): boolean {
  return DIGEST.test(token) || HEX.test(token) || isBlob(token);
}

function isBlob(token: string): boolean {
  return token.startsWith('AAAA') && token.length > 44;
}

function ofDigest(digest: string, variable: string): NamedKey {
  if (HEX.test(digest)) return ofDigest(Buffer.from(digest.replaceAll(':', ''), 'hex').toString('base64'), variable);
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
