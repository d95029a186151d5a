/** The cluster under test, by kubectl, as a user would use it; names and folders of the test. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attempt, run } from '../e2e/shell.ts';

/** Where the manifests of deploy/ put things. */
export const namespace = 'sync-task';
export const airflowNamespace = 'airflow';
/** The two OpenSSH servers, apart, as they would be in the world. */
export const serverNamespace = 'sync-task-e2e';

const registry = process.env['K8S_E2E_REGISTRY'];
const tag = 'k8s-e2e';
const named = (name: string) => `${registry ? `${registry.replace(/\/$/, '')}/` : ''}${name}:${tag}`;
export const syncTaskImage = { name: named('sync-task').replace(/:[^:/]*$/, ''), tag };
export const sftpImage = named('sync-task-sftp');
export const gitImage = named('sync-task-git');
export const airflowImage = { name: named('sync-task-airflow').replace(/:[^:/]*$/, ''), tag };
export const builtImages: readonly (readonly [image: string, context: string])[] = [
  [named('sync-task'), '.'],
  [sftpImage, 'docker/sftp'],
];
export const pushesImages = registry !== undefined;

/** The folder whose `up` brings Kubernetes; undefined where the cluster is the user's. */
export const engine = process.env['K8S_E2E_ENGINE'];

const folder = resolve('data/k8s-e2e');
export const paths = {
  folder,
  overlay: join(folder, 'overlay'),
  schemas: join(folder, 'schemas'),
  source: join(folder, 'source'),
  target: join(folder, 'target'),
  airflowHome: join(folder, 'airflow'),
  pipelines: join(folder, 'pipelines'),
  kubeconfig: join(folder, 'kubeconfig'),
};

export const kubectl = (...args: string[]) => run('kubectl', args);
export const apply = (manifests: readonly unknown[]) =>
  run('kubectl', ['apply', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));

interface Served {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** All but when it may be pulled: local images are there already. */
  readonly container: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly unknown[];
}

/** A pod of one container and the Service by whose name it is found. */
export function served({ namespace, name, port, container, volumes }: Served): readonly unknown[] {
  const metadata = { name, namespace, labels: { app: name } };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: metadata.labels, ports: [{ port }] } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        containers: [{ ...container, imagePullPolicy: 'IfNotPresent' }],
        ...(volumes && { volumes }),
      },
    },
  ];
}

/** An SSH server is up when it takes connections. */
export const sshReady = { tcpSocket: { port: 22 }, periodSeconds: 1, failureThreshold: 30 };

export interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly args?: readonly string[] }[] };
  readonly status: { readonly phase: string };
}

export async function pods(selector: string): Promise<Pod[]> {
  const text = await kubectl('get', 'pods', '--namespace', namespace, '--selector', selector, '--output', 'json');
  return (JSON.parse(text) as { items: Pod[] }).items;
}

export const inServer = (name: string, script: string, input?: string) =>
  run('kubectl', ['exec', '--namespace', serverNamespace, '--stdin', name, '--', 'sh', '-euc', script], input);

/** On every namespace of the test, so that no other is ever deleted. */
export const ownLabel = 'sync-task-e2e';

/** Nothing of this run or an earlier one is left: no namespace of its own, no file. */
export async function removeAll(): Promise<void> {
  await attempt('kubectl', ['delete', 'namespace', '--selector', ownLabel, '--timeout=120s']);
  rmSync(folder, { recursive: true, force: true });
}

/** What may explain a failure. */
export async function showState(): Promise<void> {
  for (const args of [
    ['get', 'pods,jobs', '--all-namespaces', '--output', 'wide'],
    ['get', 'events', '--namespace', namespace, '--sort-by', '.lastTimestamp'],
    ['logs', '--namespace', namespace, '--selector', 'app.kubernetes.io/part-of=sync-task', '--tail', '15', '--prefix'],
  ]) {
    const { stdout, stderr } = await attempt('kubectl', args);
    console.log([`--- kubectl ${args.join(' ')}`, ...(stdout || stderr).trim().split('\n').slice(-30)].join('\n'));
  }
}
