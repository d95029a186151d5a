/** Secrets: from the environment, or from files that it names. Never from flags, URLs or the configuration file. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SyncError } from '../errors.ts';
import type { Credentials } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable, or the content of the file that `…_FILE` names, without the line end that editors add. Throws `usage`. */
export function readSecret(environment: Environment, name: string): string | undefined {
  const value = environment[name] || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (file === undefined) return value;
  if (value !== undefined) {
    throw new SyncError(`${name} and ${name}_FILE are both set: keep one`, { kind: 'usage', reason: 'secret-twice' });
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new SyncError(`${name}_FILE: ${file} cannot be read (${why}); check the path and its rights`, {
      kind: 'usage',
      reason: 'secret-unreadable',
      cause: error,
    });
  }
}

/** `role` is `source` or `target`. */
export function readCredentials(environment: Environment, role: string, insecureIgnoreHostKey: boolean): Credentials {
  const prefix = `SYNC_TASK_${role.toUpperCase()}`;
  const privateKey = readSecret(environment, `${prefix}_PRIVATE_KEY`);
  return {
    password: readSecret(environment, `${prefix}_PASSWORD`),
    // A key whose last line end was lost on the way is still a key.
    privateKey: privateKey === undefined ? undefined : `${privateKey.trim()}\n`,
    passphrase: readSecret(environment, `${prefix}_PASSPHRASE`),
    agent: environment['SSH_AUTH_SOCK'] || undefined,
    knownHosts: readSecret(environment, `${prefix}_KNOWN_HOSTS`) ?? usersKnownHosts(),
    hostKey: readSecret(environment, `${prefix}_HOST_KEY`),
    insecureIgnoreHostKey,
  };
}

/** OpenSSH's own file, where there is one. */
function usersKnownHosts(): string | undefined {
  try {
    return readFileSync(join(homedir(), '.ssh', 'known_hosts'), 'utf8');
  } catch {
    return undefined; // most containers have none
  }
}

/** What storages read of the environment by themselves. */
const storageSecrets = ['AZURE_STORAGE_CONNECTION_STRING', 'AZURE_STORAGE_KEY', 'AZURE_STORAGE_SAS_TOKEN'];

/** Everything that must never be printed. */
export function secretsOf(environment: Environment): string[] {
  const cloud = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  const names = ['SOURCE', 'TARGET'].flatMap((role) =>
    ['PASSWORD', 'PRIVATE_KEY', 'PASSPHRASE', 'PROXY_PASSWORD', ...cloud].map(
      (secret) => `SYNC_TASK_${role}_${secret}`,
    ),
  );
  const ofStorages = storageSecrets.flatMap((name) => [name, `SYNC_TASK_SOURCE_${name}`, `SYNC_TASK_TARGET_${name}`]);
  return [...names, ...cloud, ...ofStorages, 'SYNC_TASK_STATE_PASSWORD', 'PGPASSWORD'].flatMap((name) => {
    try {
      return readSecret(environment, name) ?? [];
    } catch {
      return []; // told with a proper error when it is needed
    }
  });
}
