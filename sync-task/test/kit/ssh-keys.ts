/** Key pairs and the two forms in which a client is told whom to trust. */
import { createHash } from 'node:crypto';
import ssh2 from './ssh2.ts';

/** Of the key derivation: few, because these keys protect nothing. */
const KEY_ROUNDS = 4;

export interface KeyPair {
  /** OpenSSH format, unencrypted unless a passphrase was given. */
  readonly privateKey: string;
  /** One line: type and base64. */
  readonly publicKey: string;
}

export function newKeyPair(passphrase?: string): KeyPair {
  const { generateKeyPairSync, parseKey } = ssh2.utils;
  // ssh2 1.17 can't read one in 256 of the Ed25519 keys it makes.
  for (;;) {
    const pair =
      passphrase === undefined
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: KEY_ROUNDS });
    const isReadable = !(parseKey(pair.private, passphrase) instanceof Error);
    if (isReadable) return { privateKey: pair.private, publicKey: pair.public.trim() };
  }
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(publicKey: string): string {
  return `SHA256:${createHash('sha256').update(blobOf(publicKey)).digest('base64').replace(/=+$/, '')}`;
}

/** The text of a known_hosts file. */
export function knownHostsFor(host: string, port: number, publicKey: string): string {
  const [type, base64] = publicKey.split(' ');
  return `${port === 22 ? host : `[${host}]:${port}`} ${type} ${base64}\n`;
}

/** The key as it goes over the wire. */
export function blobOf(publicKey: string): Buffer {
  return Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
}

/** The public line of a private key. */
export function publicKeyOf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
}
