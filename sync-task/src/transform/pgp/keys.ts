/**
 * Keys come from files or from environment variables, and options hold only where: an option's value is seen in process
 * lists and is part of the fingerprint. A key that is replaced by another one under the same name re-processes nothing.
 */
import { readFile } from 'node:fs/promises';
import type { PrivateKey, PublicKey } from 'openpgp';
import { z } from 'zod';
import { SyncError } from '../../errors.ts';

const asList = (value: unknown) => (typeof value === 'string' ? [value] : value);

export const fileOption = z
  .string()
  .min(1)
  .refine((value) => !value.includes('BEGIN PGP'), 'it is the path of a file; a key itself must not stand here');

export const variableOption = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'it is the name of an environment variable; a secret itself must not stand here');

export const filesOption = z.preprocess(asList, z.array(fileOption).default([]));
export const variablesOption = z.preprocess(asList, z.array(variableOption).default([]));

export const armorOption = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .describe('as text (.asc) instead of bytes (.pgp)');

/** Where one thing is to be read from: paths of files and names of variables. */
export interface Places {
  readonly files: readonly string[];
  readonly variables: readonly string[];
}

/** One place or none, of two options. */
export function placesOf(file: string | undefined, variable: string | undefined): Places {
  return { files: file === undefined ? [] : [file], variables: variable === undefined ? [] : [variable] };
}

/** All public keys there. Throws `usage` where one cannot be read. */
export async function publicKeys(places: Places): Promise<PublicKey[]> {
  const { readKeys } = await import('openpgp');
  const found: PublicKey[] = [];
  for (const { text, label } of await read(places)) {
    const keys = await readKeys({ armoredKeys: text }).catch((error: unknown) => {
      throw unusable(label, 'holds no armored OpenPGP key', error);
    });
    // A private key can do what its public one can, but nobody should have to give it away for that.
    found.push(...keys.map((key) => key.toPublic()));
  }
  return found;
}

/** All private keys there, unlocked. Throws `usage` where one cannot be read or the passphrase is another one. */
export async function privateKeys(places: Places, passphrasePlaces: Places): Promise<PrivateKey[]> {
  const { readPrivateKeys, decryptKey } = await import('openpgp');
  const [passphrase] = await read(passphrasePlaces);
  const found: PrivateKey[] = [];
  for (const { text, label } of await read(places)) {
    const keys = await readPrivateKeys({ armoredKeys: text }).catch((error: unknown) => {
      throw unusable(label, 'holds no armored OpenPGP private key', error);
    });
    for (const key of keys) {
      if (key.isDecrypted()) found.push(key);
      else if (passphrase === undefined) {
        throw unusable(
          label,
          'is protected; give its passphrase with passphrase-file=… or passphrase-env=…',
          undefined,
        );
      } else {
        const unlocked = decryptKey({ privateKey: key, passphrase: passphrase.text.replace(/\r?\n$/, '') });
        found.push(
          await unlocked.catch((error: unknown) => {
            throw unusable(label, `does not open with the passphrase of ${passphrase.label}`, error);
          }),
        );
      }
    }
  }
  return found;
}

async function read({ files, variables }: Places): Promise<{ readonly text: string; readonly label: string }[]> {
  const ofFiles = files.map(async (path) => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw unusable(`the file ${path}`, `cannot be read (${error.code})`, error);
    });
    return { text, label: `the file ${path}` };
  });
  const ofVariables = variables.map((name) => {
    const text = process.env[name];
    if (!text) throw unusable(`the environment variable ${name}`, 'is not set', undefined);
    return { text, label: `the environment variable ${name}` };
  });
  return [...(await Promise.all(ofFiles)), ...ofVariables];
}

function unusable(label: string, why: string, cause: unknown): SyncError {
  return new SyncError(`PGP: ${label} ${why}`, { kind: 'usage', reason: 'pgp-key', cause });
}

/** The same for every file: unlocking a key is slow on purpose. A failure is not remembered. */
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
