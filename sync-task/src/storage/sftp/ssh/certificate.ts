/**
 * OpenSSH user certificates (its PROTOCOL.certkeys): a public key with what an authority says of it. It is shown in place of the
 * public key, and the private key signs as ever. ssh2 knows no such type, but offers whatever a key calls its public half; what it does
 * wrong is mended right before it is sent (`signPlainly` in `ssh2-insides.ts`).
 */
import type { ParsedKey } from 'ssh2';

export interface Certificate {
  /** `ssh-ed25519-cert-v01@openssh.com`, … */
  readonly type: string;
  readonly blob: Buffer;
  /** The rest of the public key, behind its type. */
  readonly publicKey: Buffer;
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Infinity: for ever. */
  readonly validUntilMs: number;
  readonly validAfterMs: number;
}

export interface KeyType {
  /** How many fields its public key has. */
  readonly fields: number;
  /** The algorithms that it is announced with, and that it signs by. */
  readonly announced: string;
  readonly signs: string;
  /** For Node; undefined: as the key does it by itself. */
  readonly hash?: 'sha512';
}

const SUFFIX = '-cert-v01@openssh.com';
const ecdsa = (curve: string): KeyType => ({
  fields: 2,
  announced: `ecdsa-sha2-${curve}${SUFFIX}`,
  signs: `ecdsa-sha2-${curve}`,
});
const keyTypes: Readonly<Record<string, KeyType>> = {
  [`ssh-ed25519${SUFFIX}`]: { fields: 1, announced: `ssh-ed25519${SUFFIX}`, signs: 'ssh-ed25519' },
  // Of the certificate's own name would follow SHA-1, which no server takes any more.
  [`ssh-rsa${SUFFIX}`]: { fields: 2, announced: `rsa-sha2-512${SUFFIX}`, signs: 'rsa-sha2-512', hash: 'sha512' },
  ...Object.fromEntries(
    ['nistp256', 'nistp384', 'nistp521'].map((curve) => [`ecdsa-sha2-${curve}${SUFFIX}`, ecdsa(curve)]),
  ),
};
const USER_CERTIFICATE = 1;

const line = /^\s*((?:ssh|ecdsa|sk)-\S*-cert-v01@openssh\.com)[ \t]+([A-Za-z0-9+/]+=*)/gm;

/** Those among the keys, as `ssh-keygen -s` writes them. Throws an Error that says what is wrong with one. */
export function certificatesIn(text: string): readonly Certificate[] {
  return [...text.matchAll(line)].map(([, type = '', base64 = '']) => parsed(type, Buffer.from(base64, 'base64')));
}

/** One as it goes over the wire; undefined where it is none that can be used. */
export function certificateOf(blob: Buffer): Certificate | undefined {
  try {
    return parsed(fieldsOf(blob).string().toString('latin1'), blob);
  } catch {
    return undefined; // nobody gave it: it is one of many in an agent
  }
}

function parsed(type: string, blob: Buffer): Certificate {
  const kind = keyTypes[type];
  if (!kind) throw new Error(`certificates of the type ${type} cannot be used; have one made for an Ed25519 key`);
  try {
    const reader = fieldsOf(blob);
    if (reader.string().toString('latin1') !== type) throw new RangeError();
    reader.string(); // a nonce
    const start = reader.at();
    for (let field = 0; field < kind.fields; field++) reader.string();
    const publicKey = blob.subarray(start, reader.at());
    reader.number64(); // a serial number
    const use = reader.number32();
    const keyId = reader.string().toString();
    const names = fieldsOf(reader.string());
    const principals: string[] = [];
    while (!names.isAtEnd()) principals.push(names.string().toString());
    const [validAfterMs, validUntilMs] = [milliseconds(reader.number64()), milliseconds(reader.number64())];
    if (use !== USER_CERTIFICATE) {
      throw new Error(
        'a certificate among them is one of a host; have one signed for a user (ssh-keygen -s without -h)',
      );
    }
    return { type, blob, publicKey, keyId, principals, validAfterMs, validUntilMs };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`the certificate of the type ${type} among them was cut short; give all of it`);
  }
}

const FOR_EVER = 0xffff_ffff_ffff_ffffn;
const milliseconds = (seconds: bigint) => (seconds === FOR_EVER ? Number.POSITIVE_INFINITY : Number(seconds) * 1000);

export function fieldsOf(bytes: Buffer) {
  let at = 0;
  const number32 = () => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  return {
    at: () => at,
    isAtEnd: () => at >= bytes.length,
    number32,
    number64() {
      at += 8;
      return bytes.readBigUInt64BE(at - 8);
    },
    string() {
      const length = number32();
      if (at + length > bytes.length) throw new RangeError();
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}

export interface CertifiedKey {
  /** To be offered. */
  readonly shown: ParsedKey;
  /** That signs. */
  readonly key: ParsedKey;
  readonly kind: KeyType;
}

/**
 * The certificates that are for this key.
 * @param onSign called right before what is signed is sent, with the algorithm that the signature is to name
 */
export function certifiedBy(
  certificates: readonly Certificate[],
  key: ParsedKey,
  onSign: (algorithm: string) => void,
): readonly CertifiedKey[] {
  const open = key.getPublicSSH();
  const publicKey = open.subarray(4 + open.readUInt32BE(0));
  return certificates
    .filter((certificate) => certificate.publicKey.equals(publicKey))
    .map(({ type, blob }) => {
      const kind = keyTypes[type] as KeyType;
      const shown: ParsedKey = Object.assign(Object.create(key), {
        type: kind.announced,
        getPublicSSH: () => blob,
        sign(data: Buffer) {
          const signature = key.sign(data, kind.hash);
          if (signature instanceof Error) return signature;
          onSign(kind.signs);
          return kind.signs.startsWith('ecdsa-') ? pairOf(signature) : signature;
        },
      });
      return { shown, key, kind };
    });
}

/** ASN.1's sequence of two integers as two of SSH's (RFC 5656 section 3.1.2). */
function pairOf(signature: Buffer): Buffer {
  let at = (signature[1] ?? 0) < 0x80 ? 2 : 2 + ((signature[1] ?? 0) & 0x7f);
  const integer = () => {
    const length = signature[at + 1] ?? 0;
    const bytes = signature.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    const size = Buffer.alloc(4);
    size.writeUInt32BE(length);
    return [size, bytes];
  };
  return Buffer.concat([...integer(), ...integer()]);
}

/** What may be wrong with it, for who was not let in; undefined: nothing that can be seen from here. */
export function doubtOf({ keyId, principals, validAfterMs, validUntilMs }: Certificate, user: string, nowMs: number) {
  const name = `the certificate ${JSON.stringify(keyId)}`;
  if (nowMs >= validUntilMs) return `${name} was valid until ${new Date(validUntilMs).toISOString()}: have it renewed`;
  if (nowMs < validAfterMs) return `${name} is valid from ${new Date(validAfterMs).toISOString()} on`;
  if (principals.length > 0 && !principals.includes(user)) return `${name} is for ${principals.join(', ')}`;
  return undefined;
}
