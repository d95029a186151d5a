/** The private keys that the user gave, read by ssh2, and what to do where it can't read one. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { parseKey } from './ssh2.ts';

const armoured = /-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g;

const publicLine = /^\s*(?:ssh|ecdsa|sk)-\S+[ \t]+(AAAA[A-Za-z0-9+/]+=*)/gm;

/** Lines such as `ssh-ed25519 AAAA…` among them, as they go over the wire; certificates are none. */
export function publicKeysIn(text: string): readonly Buffer[] {
  return [...text.matchAll(publicLine)]
    .filter(([line]) => !line.includes('-cert-v01@'))
    .map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

/** Whether any private key is among what was given. */
export function hasPrivateKey(text: string): boolean {
  return text.includes('-----BEGIN') || text.trimStart().startsWith('PuTTY');
}

/** In the order given. Throws an Error whose message says what is wrong and what to do, and never holds the key. */
export function readPrivateKeys(text: string, passphrase: string | undefined): readonly ParsedKey[] {
  const putty = text.trimStart().startsWith('PuTTY-User-Key-File-') ? [text] : undefined;
  const keys = putty ?? text.match(armoured) ?? [];
  if (keys.length === 0) {
    const isPublic = publicKeysIn(text).length > 0 || /^(ssh-|ecdsa-|sk-)\S+ AAAA/m.test(text);
    throw new Error(
      isPublic
        ? 'it is a public key; give the private one'
        : 'it is no private key; a path goes into the variable with _FILE',
    );
  }
  return keys.map((key, index) => readKey(`${key}\n`, passphrase, keys.length === 1 ? '' : `key ${index + 1}: `));
}

function readKey(text: string, passphrase: string | undefined, which: string): ParsedKey {
  const parsed = parseKey(fromPkcs8(text, passphrase) ?? text, passphrase);
  // Of a PEM file with several parts; we gave one.
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) throw new Error(`${which}${advice(text, key?.message ?? 'empty')}`);
  if (!key.isPrivateKey()) throw new Error(`${which}it is a public key; give the private one`);
  return key;
}

/** What OpenSSL writes ssh2 cannot read; each kind of key has another form that it can. */
function fromPkcs8(text: string, passphrase: string | undefined): string | undefined {
  if (!/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) return undefined;
  try {
    const key = createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ed25519') return openSshForm(key);
  } catch {
    return undefined; // ssh2 says then that it can't read it
  }
  return undefined;
}

/** An Ed25519 key as OpenSSH writes it (its PROTOCOL.key), not encrypted. */
function openSshForm(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [open, secret] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const type = Buffer.from('ssh-ed25519');
  const check = Buffer.alloc(8);
  const inner = [check, field(type), field(open), field(Buffer.concat([secret, open])), field(Buffer.alloc(0))];
  const bytes = inner.reduce((sum, part) => sum + part.length, 0);
  const padding = Buffer.from(Array.from({ length: (8 - (bytes % 8)) % 8 }, (_, index) => index + 1));
  const none = field(Buffer.from('none'));
  const one = Buffer.from([0, 0, 0, 1]);
  const outer = [Buffer.from('openssh-key-v1\0'), none, none, field(Buffer.alloc(0)), one];
  const whole = [...outer, field(Buffer.concat([field(type), field(open)])), field(Buffer.concat([...inner, padding]))];
  const lines =
    Buffer.concat(whole)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function advice(text: string, why: string): string {
  if (text.startsWith('PuTTY')) return `${why}; puttygen key.ppk -O private-openssh -o key writes it in OpenSSH's form`;
  // Of the Ed25519 keys that ssh2 itself makes it can't read one in 256: it leaves out their leading zero.
  if (why === 'Malformed OpenSSH private key') {
    return `${why}: was it cut short? Some keys that were not made by ssh-keygen are malformed too: make a new one with ssh-keygen -t ed25519`;
  }
  if (why === 'Unsupported key format') return `${why}; ssh-keygen -p -f KEY writes it in OpenSSH's form`;
  return why;
}
