/**
 * Options of the PGP transforms. They name files and environment variables and never hold a key: an option's value is visible in
 * process lists and part of the fingerprint.
 */
import { z } from 'zod';

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

/** `file` says what `key-file` names. */
export const keyOptions = (file: string) => ({
  'key-file': filesOption.describe(`${file}; repeatable`),
  'key-env': variablesOption.describe('an environment variable that holds one; repeatable'),
});

export const passphraseOptions = {
  'passphrase-file': fileOption.optional().describe('a file with the passphrase of the private key'),
  'passphrase-env': variableOption.optional().describe('an environment variable that holds it'),
};

export const armorOption = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .describe('as text (.asc) instead of bytes (.pgp)');

interface KeyOptions {
  readonly 'key-file': readonly string[];
  readonly 'key-env': readonly string[];
}

interface PassphraseOptions {
  readonly 'passphrase-file'?: string | undefined;
  readonly 'passphrase-env'?: string | undefined;
}

/** For `refine`. */
export const hasKey = (given: KeyOptions): boolean => given['key-file'].length + given['key-env'].length > 0;

export const noKey = (message: string) => ({ path: ['key-file'], message });

/** The files and environment variables that hold keys, or a passphrase. */
export interface SecretHolders {
  readonly files: readonly string[];
  readonly variables: readonly string[];
}

/** At most one holder, named by one of two options. */
export function holderOf(file: string | undefined, variable: string | undefined): SecretHolders {
  return { files: file === undefined ? [] : [file], variables: variable === undefined ? [] : [variable] };
}

export function keyHolders(given: KeyOptions): SecretHolders {
  return { files: given['key-file'], variables: given['key-env'] };
}

export function passphraseHolder(given: PassphraseOptions): SecretHolders {
  return holderOf(given['passphrase-file'], given['passphrase-env']);
}
