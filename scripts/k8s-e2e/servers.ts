/** Two OpenSSH servers as pods, which let a key in; what is in them, by tar through `kubectl exec`. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../e2e/shell.ts';
import { apply, inServer, kubectl, ownLabel, paths, served, serverNamespace, sftpImage, sshReady } from './cluster.ts';

const names = ['sftp-source', 'sftp-target'] as const;
export type Server = (typeof names)[number];

export const hostOf = (server: Server) => `${server}.${serverNamespace}`;
export const sourceUrl = (path: string) => `sftp://demo@${hostOf('sftp-source')}/data/${path}`;
export const targetUrl = (path: string) => `sftp://demo@${hostOf('sftp-target')}/data/${path}`;

export interface Keys {
  readonly privateKey: string;
  readonly knownHosts: string;
}
export let keys: Keys = { privateKey: '', knownHosts: '' };

/** A private key, or with `.pub` the public one: of `client`, of the two servers, of `git`. */
export const keyOf = (name: string) => readFileSync(join(paths.folder, 'keys', name), 'utf8');

export async function startServers(): Promise<void> {
  mkdirSync(join(paths.folder, 'keys'), { recursive: true });
  for (const name of [...names, 'git', 'client']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(paths.folder, 'keys', name)]);
  }
  keys = {
    privateKey: keyOf('client'),
    knownHosts: names.map((name) => `${hostOf(name)} ${keyOf(`${name}.pub`)}`).join(''),
  };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sftp', namespace: serverNamespace },
    stringData: {
      ...Object.fromEntries([...names, 'git'].map((name) => [name, keyOf(name)])),
      authorized_keys: keyOf('client.pub'),
      password: crypto.randomUUID(),
    },
  };
  const own = {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name: serverNamespace, labels: { [ownLabel]: 'yes' } },
  };
  await apply([own, secret, ...names.flatMap(server)]);
  const pods = names.map((name) => `pod/${name}`);
  await kubectl('wait', '--namespace', serverNamespace, '--for=condition=Ready', '--timeout=60s', ...pods);
}

function server(name: Server): readonly unknown[] {
  return served({
    namespace: serverNamespace,
    name,
    port: 22,
    container: {
      name: 'sftp',
      image: sftpImage,
      env: [
        { name: 'SFTP_USER', value: 'demo' },
        { name: 'HOST_KEY_NAME', value: name },
      ],
      readinessProbe: sshReady,
      volumeMounts: [
        { name: 'data', mountPath: '/srv/data' },
        // Its owner is whom the server's user is to be: root's is taken for an ordinary one.
        { name: 'reference', mountPath: '/reference' },
        { name: 'secrets', mountPath: '/secrets', readOnly: true },
      ],
    },
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'reference', emptyDir: {} },
      { name: 'secrets', secret: { secretName: 'sftp', defaultMode: 0o400 } },
    ],
  });
}

const bash = (script: string, ...args: string[]) => run('bash', ['-euo', 'pipefail', '-c', script, 'bash', ...args]);

/** Copies a local folder into the source, owned by the server's user, times kept. */
export async function fill(folder: string, path: string): Promise<void> {
  await inServer('sftp-source', `mkdir -p '/srv/data/${path}'`);
  const script =
    'tar -C "$1" -c . | kubectl exec --namespace "$2" --stdin sftp-source -- tar -C "$3" -x --no-same-owner';
  await bash(script, folder, serverNamespace, `/srv/data/${path}`);
}

/** Copies a folder of the target here. */
export async function fetchTarget(path: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const script = 'kubectl exec --namespace "$2" sftp-target -- tar -C "$3" -c . | tar -C "$1" -x';
  await bash(script, folder, serverNamespace, `/srv/data/${path}`);
}

/** Files published so far; drafts do not count. */
export async function publishedCount(path: string): Promise<number> {
  const script = `find '/srv/data/${path}' -type f ! -name '.*' 2>/dev/null | wc -l`;
  return Number(await inServer('sftp-target', script));
}
