/** Reads secrets from the environment, or from files that it names; never from flags, URLs or the configuration file. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SyncError } from '../base/errors.ts';
import { isPipe, readSecretOnce, withoutLineEnd } from './secret-file.ts';
import type { Credentials } from './settings.ts';
import { storages } from './storages/storages.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable, or the content of the file that `…_FILE` names, without a final line end. Throws `usage`. */
export function readSecret(environment: Environment, name: string): string | undefined {
  const value = withoutLineEnd(environment[name] ?? '') || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (value !== undefined && /_(KNOWN_HOSTS|PRIVATE_KEY)$/.test(name) && /^(~|\.{0,2})\/\S+$/.test(value)) {
    throw new SyncError(`${name} takes the text itself, and holds a path; set ${name}_FILE to it`, {
      kind: 'usage',
      reason: 'path-for-text',
    });
  }
  if (file === undefined) return value;
  if (value !== undefined) {
    throw new SyncError(`${name} and ${name}_FILE are both set: keep one`, { kind: 'usage', reason: 'secret-twice' });
  }
  return readSecretFile(file, name);
}

/**
 * Reads secrets that come through pipes and sets their variables, for later readers in all threads. Call it before signals are
 * handled: until then a signal ends the process while it waits for a writer.
 */
export function takePipes(environment: Record<string, string | undefined>): void {
  const taken = new Set([...secretNames(), ...Object.keys(environment).flatMap(ownSecretName)]);
  for (const name of taken) {
    const file = environment[`${name}_FILE`];
    if (environment[name] || !file || !isPipe(file)) continue;
    environment[name] = readSecretFile(file, name);
    delete environment[`${name}_FILE`];
  }
}

function ownSecretName(variable: string): readonly string[] {
  return /^(SYNC_TASK_\w+)_FILE$/.exec(variable)?.slice(1) ?? [];
}

/** A value meant as a path may be the secret itself: show it only if it leads somewhere or consists of plain words. */
function shownPath(file: string): string {
  const [, first] = /^([/\\]?[^/\\]+)[/\\]./.exec(file) ?? [];
  const leads = first !== undefined && (first === '~' || existsSync(first));
  const plain = /^\.{0,2}(\/[a-z][a-z._-]*)+$/.test(file);
  return !/[\r\n]|BEGIN/.test(file) && (leads || plain || existsSync(file))
    ? file
    : 'what it names (not shown: it may be the secret itself)';
}

function readSecretFile(file: string, name: string): string {
  let text: string;
  try {
    text = readSecretOnce(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new SyncError(`${name}_FILE: ${shownPath(file)} cannot be read (${why}); check the path and its rights`, {
      kind: 'usage',
      reason: 'secret-unreadable',
      cause: new Error(why), // the system's own message holds the path
    });
  }
  if (text !== '' || name.endsWith('_KNOWN_HOSTS')) return text;
  throw new SyncError(`${name}_FILE: ${shownPath(file)} is empty; check what writes it`, {
    kind: 'usage',
    reason: 'secret-unreadable',
  });
}

/** One key or several in a row; `…_FILE` may name several files, separated by colons. */
function readPrivateKeys(environment: Environment, name: string): string | undefined {
  const files = environment[`${name}_FILE`] ?? '';
  const several = files.includes(':') && !existsSync(files) && !environment[name];
  const keys = several
    ? files.split(':').flatMap((file) => (file === '' ? [] : readSecretFile(file, name)))
    : [readSecret(environment, name)];
  // A key that lost its last line end on the way is still a key.
  const given = keys.flatMap((key) => (key === undefined ? [] : `${key.trim()}\n`));
  return given.length === 0 ? undefined : given.join('');
}

/**
 * The credentials for the jump hosts of an endpoint. What they lack comes from the endpoint, except its password and its host key: no
 * host learns another one's password, and every host proves who it is.
 */
export function readJumpCredentials(environment: Environment, role: string, endpoint: Credentials): Credentials {
  const prefix = `SYNC_TASK_${role.toUpperCase()}_JUMP`;
  const privateKey = readIdentities(environment, prefix);
  const passphrase = readSecret(environment, `${prefix}_PASSPHRASE`);
  return {
    password: readSecret(environment, `${prefix}_PASSWORD`),
    privateKey: privateKey ?? endpoint.privateKey,
    passphrase: passphrase ?? (privateKey === undefined ? endpoint.passphrase : undefined),
    agent: endpoint.agent,
    identitiesOnly: endpoint.identitiesOnly === true,
    knownHosts: readSecret(environment, `${prefix}_KNOWN_HOSTS`) ?? endpoint.knownHosts,
    hostKey: readSecret(environment, `${prefix}_HOST_KEY`),
    insecureIgnoreHostKey: false,
  };
}

/** Private keys with their certificates: from `…_CERTIFICATE`, and from `KEY-cert.pub` beside a key's file, as in OpenSSH. */
function readIdentities(environment: Environment, prefix: string): string | undefined {
  const keys = readPrivateKeys(environment, `${prefix}_PRIVATE_KEY`);
  const files = environment[`${prefix}_PRIVATE_KEY_FILE`] ?? '';
  const beside = [files, ...files.split(':')]
    .filter((file, index, all) => file !== '' && all.indexOf(file) === index && existsSync(`${file}-cert.pub`))
    .map((file) => readSecretFile(`${file}-cert.pub`, `${prefix}_PRIVATE_KEY`));
  const given = [keys, readSecret(environment, `${prefix}_CERTIFICATE`), ...beside];
  const texts = given.flatMap((text) => (text === undefined ? [] : `${text.trim()}\n`));
  return texts.length === 0 ? undefined : texts.join('');
}

export interface LoginFlags {
  readonly insecureIgnoreHostKey: boolean;
  readonly identitiesOnly?: boolean;
}

/** `role` is `source` or `target`. */
export function readCredentials(environment: Environment, role: string, flags: LoginFlags): Credentials {
  const prefix = `SYNC_TASK_${role.toUpperCase()}`;
  return {
    ...flags,
    password: readSecret(environment, `${prefix}_PASSWORD`),
    privateKey: readIdentities(environment, prefix),
    passphrase: readSecret(environment, `${prefix}_PASSPHRASE`),
    agent: environment['SSH_AUTH_SOCK'] || undefined,
    knownHosts: readSecret(environment, `${prefix}_KNOWN_HOSTS`) ?? usersKnownHosts(),
    hostKey: readSecret(environment, `${prefix}_HOST_KEY`),
  };
}

/** OpenSSH's own file, if there is one. */
function usersKnownHosts(): string | undefined {
  try {
    return readFileSync(join(homedir(), '.ssh', 'known_hosts'), 'utf8');
  } catch {
    return undefined; // most containers have none
  }
}

/** Everything that must never be printed. */
export function secretsOf(environment: Environment): string[] {
  return secretNames().flatMap((name) => {
    try {
      return (name.endsWith('_PRIVATE_KEY') ? readPrivateKeys : readSecret)(environment, name) ?? [];
    } catch {
      return []; // whoever needs it gets a proper error
    }
  });
}

/** Each may also stand in the file that `…_FILE` names. */
function secretNames(): readonly string[] {
  const logins = ['SOURCE', 'SOURCE_JUMP', 'TARGET', 'TARGET_JUMP'].flatMap((side) =>
    ['PASSWORD', 'PRIVATE_KEY', 'PASSPHRASE', 'PROXY_PASSWORD'].map((secret) => `SYNC_TASK_${side}_${secret}`),
  );
  const ofStorages = storages
    .flatMap(({ secrets }): readonly string[] => secrets)
    .flatMap((name) => [name, `SYNC_TASK_SOURCE_${name}`, `SYNC_TASK_TARGET_${name}`]);
  const ofOthers = ['SYNC_TASK_STATE_PASSWORD', 'PGPASSWORD', 'SYNC_TASK_METRICS_PASSWORD', 'SYNC_TASK_METRICS_TOKEN'];
  return [...logins, ...ofStorages, ...ofOthers];
}
