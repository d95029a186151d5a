/**
 * All variables that begin with `SYNC_TASK_` and mean something. Others are refused, as unknown flags are: a typo
 * (`SYNC_TASK_EXCLUDES`) would be a setting that nobody reads.
 */
import { SyncError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { environmentName, optionNames } from './options/options.ts';
import type { Environment } from './secrets.ts';
import type { TransformSetting } from './settings.ts';
import { storages } from './storages/storages.ts';

const storageVariables = storages.flatMap(({ variables }) => variables);
const loginSecrets = ['PASSWORD', 'PRIVATE_KEY', 'CERTIFICATE', 'PASSPHRASE', 'KNOWN_HOSTS', 'HOST_KEY'];

/** Each also with `_FILE`. */
const secrets = [
  ...['SOURCE', 'TARGET'].flatMap((role) =>
    [...loginSecrets, ...loginSecrets.map((name) => `JUMP_${name}`), 'PROXY_PASSWORD', ...storageVariables].map(
      (name) => `${role}_${name}`,
    ),
  ),
  'STATE_PASSWORD',
  'METRICS_TOKEN',
  'METRICS_PASSWORD',
  'PSEUDONYM_KEY',
];

/** Read by Airflow and the compose stack. A shell that sets them for `docker compose` may run the command too. */
const ofTheStack = [
  'AIRFLOW_URL',
  'ENGINE',
  'IMAGE',
  'INSTALLATION',
  'NAMESPACE',
  'NETWORK',
  'PIPELINES',
  'POOLS',
  'REPORT_VOLUME',
  'REPORTS_URL',
  'RETRY_DELAY',
];

const PREFIX = 'SYNC_TASK_';
const read = [
  ...optionNames.map(environmentName),
  ...['CONFIG', 'RESULT', 'RUN_URL', ...secrets, ...secrets.map((name) => `${name}_FILE`)].map((name) => PREFIX + name),
];
const known: ReadonlySet<string> = new Set([...read, ...ofTheStack.map((name) => PREFIX + name)]);

/** Throws `usage` for the first variable that means nothing. No message shows a value. */
export function refuseUnknownVariables(environment: Environment, transforms: readonly TransformSetting[]): void {
  // Options of transforms name the variables of their keys and passphrases.
  const named = new Set(transforms.flatMap(({ options }) => Object.values(options).flat()));
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || known.has(name) || isOfService(name, environment)) continue;
    if (named.has(name) || named.has(name.replace(/_FILE$/, ''))) continue;
    throw new SyncError(`${name}: there is no such setting; ${advice(name)}`, {
      kind: 'usage',
      reason: 'unknown-variable',
    });
  }
}

/** Kubernetes gives every pod the address of each service of its namespace: a service `sync-task-x` has our prefix. */
function isOfService(name: string, environment: Environment): boolean {
  const [, service] = /^(SYNC_TASK.*?)_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_\w+)?$/.exec(name) ?? [];
  return service !== undefined && environment[`${service}_SERVICE_HOST`] !== undefined;
}

const ofUrls = /^(SOURCE|TARGET)_(URL|URI|USER|USERNAME|LOGIN|HOST|HOSTNAME|PORT|PATH|FOLDER|DIR|BUCKET|CONTAINER)$/;

function advice(name: string): string {
  const word = name.slice(PREFIX.length);
  const [, role] = ofUrls.exec(word) ?? [];
  if (role) return `${PREFIX}${role} has all of it as one URL, such as sftp://user@host:port/path`;
  const key = /^(SOURCE|TARGET)(_JUMP)?_(SSH_KEY|KEY|IDENTITY)(_FILE)?$/.exec(word);
  const meant = key
    ? `${key[1]}${key[2] ?? ''}_PRIVATE_KEY${key[4] ?? ''}`
    : nearest(
        word,
        read.map((each) => each.slice(PREFIX.length).toLowerCase()),
      )?.toUpperCase();
  return meant ? `did you mean ${PREFIX}${meant}?` : 'sync-task --help lists all; what is not ours needs another name';
}
