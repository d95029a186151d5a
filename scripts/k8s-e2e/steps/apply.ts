/** `kubectl apply -k`, with the Secrets that the guide says are the user's to make. */
import { randomBytes } from 'node:crypto';
import { put } from '../../e2e/files.ts';
import { attempt, expect, run, until } from '../../e2e/shell.ts';
import { airflowNamespace, apply, engine, kubectl, namespace, ownLabel, paths } from '../cluster.ts';
import { fill, keys, startServers } from '../servers.ts';

const FILES = 400;

export const statePassword = randomBytes(24).toString('hex');

export async function servers(): Promise<string> {
  for (let number = 0; number < FILES; number++) {
    const name = `${String(number).padStart(3, '0')} ü.txt`;
    put(paths.source, `${number % 7}/${name}`, randomBytes(1 + ((number * 7919) % 100_000)));
  }
  await startServers();
  await fill(paths.source, 'files');
  return `${FILES} files`;
}

export async function applied(): Promise<string> {
  const own = { [ownLabel]: 'yes' };
  await apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: own } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: airflowNamespace, labels: own } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'airflow-worker', namespace: airflowNamespace } },
    secret('sync-task-state', {
      password: statePassword,
      'superuser-password': randomBytes(24).toString('hex'),
    }),
    secret('sync-task-nightly', {
      SYNC_TASK_SOURCE_PRIVATE_KEY: keys.privateKey,
      SYNC_TASK_SOURCE_KNOWN_HOSTS: keys.knownHosts,
      SYNC_TASK_TARGET_PRIVATE_KEY: keys.privateKey,
      SYNC_TASK_TARGET_KNOWN_HOSTS: keys.knownHosts,
    }),
  ]);
  if (engine) await ownedVolume(namespace, 'data-sync-task-state-0', '5Gi', '999:999');
  await run('kubectl', ['apply', '--server-side', '--validate=strict', '--kustomize', paths.overlay]);
  await kubectl('rollout', 'status', '--namespace', namespace, '--timeout=120s', 'statefulset/sync-task-state');
  return await refusals();
}

const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
});

/** What a storage driver does for `fsGroup`, and the host paths of the single node do not: the volume is the user's that writes to it. */
export async function ownedVolume(namespace: string, name: string, storage: string, owner: string): Promise<void> {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } };
  await apply([{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec }]);
  const volume = await until('the volume', 30_000, 200, async () => {
    const args = ['get', 'pvc', '--namespace', namespace, name, '--output', 'jsonpath={.spec.volumeName}'];
    return (await kubectl(...args)) || undefined;
  });
  const path = await kubectl('get', 'pv', volume, '--output', 'jsonpath={.spec.hostPath.path}');
  await run('chown', [owner, path]);
}

/** What Kubernetes itself must not allow. */
async function refusals(): Promise<string> {
  const open = await attempt('kubectl', [
    ...['run', 'open', '--namespace', namespace, '--image', 'x', '--dry-run=server'],
  ]);
  expect(open.stderr.includes('violates PodSecurity "restricted'), `an open pod is let in: ${open.stderr}`);
  const may = async (verb: string, what: string, where: string) => {
    const as = `system:serviceaccount:${airflowNamespace}:airflow-worker`;
    const { stdout } = await attempt('kubectl', ['auth', 'can-i', verb, what, '--namespace', where, '--as', as]);
    return stdout.trim();
  };
  expect((await may('create', 'pods', namespace)) === 'yes', 'the worker may create no pods');
  for (const [verb, what, where] of [
    ['get', 'secrets', namespace],
    ['list', 'secrets', namespace],
    ['create', 'jobs', namespace],
    ['create', 'pods', 'default'],
  ] as const) {
    expect((await may(verb, what, where)) === 'no', `the worker may ${verb} ${what} in ${where}`);
  }
  return 'a pod that is not locked is refused; the worker may start pods there, and read no Secret';
}
