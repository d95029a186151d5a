/** Reads keys from files and environment variables. A new key under the same name processes no file again. */
import { readFile } from 'node:fs/promises';
import type { Key, PrivateKey, PublicKey } from 'openpgp';
import { SyncError } from '../../base/errors.ts';
import type { SecretHolders } from './options.ts';

/** What the keys must be able to do. Loading checks that, so that a bad key fails before the first file. */
export type Purpose = 'encrypt' | 'verify' | 'sign' | 'decrypt';

/** Every public key. Throws `usage` where one cannot be read or cannot do its work. */
export async function publicKeys(holders: SecretHolders, purpose: 'encrypt' | 'verify'): Promise<PublicKey[]> {
  const found: PublicKey[] = [];
  for (const { bytes, label } of await read(holders)) {
    for (const key of await keysIn(bytes, label)) {
      await judge(key, label, purpose);
      // A private key works too, but openpgp gets only its public part.
      found.push(key.toPublic());
    }
  }
  return found;
}

/** Every private key, unlocked. Throws `usage` where one cannot be read, the passphrase is wrong, or it cannot do its work. */
export async function privateKeys(
  holders: SecretHolders,
  passphraseHolder: SecretHolders,
  purpose: 'sign' | 'decrypt',
): Promise<PrivateKey[]> {
  const { decryptKey } = await import('openpgp');
  const [passphrase] = await read(passphraseHolder);
  const found: PrivateKey[] = [];
  for (const { bytes, label } of await read(holders)) {
    for (const key of await keysIn(bytes, label)) {
      if (!key.isPrivate())
        throw unusable(label, `holds a public key, of ${nameOf(key)}; a private one is needed`, undefined);
      let open = key;
      if (!key.isDecrypted()) {
        if (passphrase === undefined) {
          const advice = 'is protected; give its passphrase with passphrase-file=… or passphrase-env=…';
          throw unusable(label, advice, undefined);
        }
        const text = Buffer.from(passphrase.bytes)
          .toString('utf8')
          .replace(/\r?\n$/, '');
        open = await decryptKey({ privateKey: key, passphrase: text }).catch((error: unknown) => {
          throw unusable(label, `does not open with the passphrase of ${passphrase.label}`, error);
        });
      }
      await judge(open, label, purpose);
      found.push(open);
    }
  }
  return found;
}

/** Every key in these bytes: binary, or one or more armored blocks. */
async function keysIn(bytes: Uint8Array, label: string): Promise<Key[]> {
  const { readKeys } = await import('openpgp');
  const found: Key[] = [];
  try {
    if ((bytes[0] ?? 0) >= 0x80) found.push(...(await readKeys({ binaryKeys: new Uint8Array(bytes) })));
    else {
      const text = Buffer.from(bytes).toString('utf8');
      const blocks = text.match(ARMORED) ?? [];
      if (text.split('-----BEGIN PGP ').length - 1 !== blocks.length) throw new Error('a block in it is no whole key');
      for (const block of blocks) found.push(...(await readKeys({ armoredKeys: block })));
    }
  } catch (error) {
    throw unusable(label, `holds no OpenPGP key that can be read (${reasonOf(error)})`, error);
  }
  if (found.length === 0) throw unusable(label, 'holds no OpenPGP key', undefined);
  return found;
}

const ARMORED = /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----.*?-----END PGP \1 KEY BLOCK-----/gs;

/** Throws `usage` for a key that is expired, revoked or of the wrong kind. */
async function judge(key: Key, label: string, purpose: Purpose): Promise<void> {
  try {
    if (purpose === 'encrypt') await key.getEncryptionKey();
    else if (purpose === 'sign') await key.getSigningKey();
    else if (purpose === 'decrypt') await (key as PrivateKey).getDecryptionKeys();
  } catch (error) {
    const advice = purpose === 'encrypt' ? 'ask its owner for one that is valid' : 'give one that can';
    throw unusable(
      label,
      `holds the key ${nameOf(key)}, which cannot ${purpose} (${reasonOf(error)}); ${advice}`,
      error,
    );
  }
}

function nameOf(key: Key): string {
  const [user] = key.getUserIDs();
  return `${key.getKeyID().toHex().toUpperCase()}${user === undefined ? '' : ` of ${JSON.stringify(user.slice(0, 80))}`}`;
}

function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .replace(/\s+/g, ' ')
    .slice(0, 200);
}

async function read({
  files,
  variables,
}: SecretHolders): Promise<{ readonly bytes: Uint8Array; readonly label: string }[]> {
  const ofFiles = files.map(async (path) => {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw unusable(`the file ${path}`, `cannot be read (${error.code})`, error);
    });
    return { bytes, label: `the file ${path}` };
  });
  const ofVariables = variables.map((name) => {
    const text = process.env[name];
    if (!text) throw unusable(`the environment variable ${name}`, 'is not set', undefined);
    return { bytes: Buffer.from(text), label: `the environment variable ${name}` };
  });
  return [...(await Promise.all(ofFiles)), ...ofVariables];
}

function unusable(label: string, why: string, cause: unknown): SyncError {
  return new SyncError(`PGP: ${label} ${why}`, { kind: 'usage', reason: 'pgp-key', cause });
}

/** Loads the keys once for all files: unlocking a key is slow on purpose. A failure is forgotten. */
export function remembered<Options extends object, Keys>(
  load: (options: Options) => Promise<Keys>,
): (options: Options) => Promise<Keys> {
  const loaded = new WeakMap<Options, Promise<Keys>>();
  return (options) => {
    let keys = loaded.get(options);
    if (keys === undefined) {
      keys = load(options);
      loaded.set(options, keys);
      keys.catch(() => loaded.delete(options));
    }
    return keys;
  };
}
