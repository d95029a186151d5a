/**
 * The key of `pseudonymise`: from the environment or a file, never from a flag or the configuration, and never shown.
 *
 * A new key must write its files again, so the key is part of their fingerprint: as the beginning of a digest made for this
 * purpose, from which nobody recovers a key of 32 characters.
 */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const DEFAULT_KEY_VARIABLE = 'SYNC_TASK_PSEUDONYM_KEY';

const SHORTEST_KEY_BYTES = 32;

export interface KeySource {
  readonly 'key-env': string;
  readonly 'key-file'?: string | undefined;
}

/** The key, or what is wrong with it, in words that don't show it. A trailing line end is no part of it. */
export function readKey(source: KeySource): Buffer | { readonly problem: string } {
  const found = source['key-file'] === undefined ? fromEnvironment(source['key-env']) : fromFile(source['key-file']);
  if (typeof found !== 'string') return found;
  const key = Buffer.from(found.replace(/\r?\n$/, ''));
  if (key.length >= SHORTEST_KEY_BYTES) return key;
  const where = source['key-file'] ?? source['key-env'];
  return { problem: `${where} holds ${key.length} bytes; a key needs ${SHORTEST_KEY_BYTES}: openssl rand -hex 32` };
}

/** Tells two keys apart. */
export function keyFingerprint(key: Buffer): string {
  return createHmac('sha256', key).update('sync-task: which key').digest('hex').slice(0, 16);
}

function fromEnvironment(name: string): string | { readonly problem: string } {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  const file = process.env[`${name}_FILE`];
  if (file !== undefined && file !== '') return fromFile(file);
  return { problem: `no key: set ${name} in the environment, or ${name}_FILE to the path of a file, or key-file` };
}

function fromFile(file: string): string | { readonly problem: string } {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return { problem: `the key file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
