/** Airflow inside the cluster: by the guide's own commands, with deploy/airflow/values.yaml and, over it, what only a test needs. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { attempt, docker, expect, run, until } from '../e2e/shell.ts';
import { pipelines } from './airflow.ts';
import {
  airflowImage,
  airflowNamespace,
  apply,
  engine,
  gitImage,
  kubectl,
  paths,
  pushesImages,
  served,
  syncTaskImage,
} from './cluster.ts';
import { gitSync, push, startGitServer } from './git.ts';
import { ownedVolume } from './steps/apply.ts';

/** Where the pipeline `deferred` writes to. */
export const DEFERRED_PATH = '/data/inside-deferred';
const inNamespace = ['--namespace', airflowNamespace];
const databasePassword = randomBytes(24).toString('hex');
const password = randomBytes(12).toString('hex');

/** The chart's own of git-sync: false where it can be had neither here nor from a registry. */
async function hasGitSync(image: string): Promise<boolean> {
  return !engine || (await attempt('docker', ['image', 'inspect', image])).code === 0;
}

/** Says whether the DAGs can come by git-sync. */
export async function provideImages(chart: string): Promise<boolean> {
  const { images } = parse(await run('helm', ['show', 'values', chart])) as ChartValues;
  const pulled = [images.redis, images.gitSync].map(({ repository, tag }) => `${repository}:${tag}`);
  const [redis, gitSync] = pulled as [string, string];
  const withGit = await hasGitSync(gitSync);
  const airflow = `${airflowImage.name}:${airflowImage.tag}`;
  await docker('build', '--quiet', '--tag', airflow, '--file', 'airflow/Dockerfile', '.');
  if (withGit) await docker('build', '--quiet', '--tag', gitImage, 'scripts/k8s-e2e/git');
  const built = withGit ? [airflow, gitImage] : [airflow];
  if (engine) await run(`${engine}/up`, [...built, redis, ...(withGit ? [gitSync] : [])]);
  else if (pushesImages) for (const image of built) await docker('push', '--quiet', image);
  return withGit;
}

/** What the guide takes for given: a Postgres for Airflow, and a repository with DAGs and pipelines, or a folder with the latter. */
export async function provideSurroundings(withGit: boolean): Promise<void> {
  if (withGit) {
    await startGitServer();
    await push({ 'sftp_sync.yaml': pipelines(DEFERRED_PATH)['sftp_sync.yaml'] });
  }
  const ready = { exec: { command: ['pg_isready', '--host=127.0.0.1', '--username=airflow'] }, periodSeconds: 1 };
  await apply([
    ...served({
      namespace: airflowNamespace,
      name: 'postgres',
      port: 5432,
      container: {
        name: 'postgres',
        image: 'postgres:17',
        env: [
          { name: 'POSTGRES_USER', value: 'airflow' },
          { name: 'POSTGRES_PASSWORD', value: databasePassword },
        ],
        readinessProbe: { ...ready, timeoutSeconds: 5, failureThreshold: 60 },
      },
    }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'pipelines', namespace: airflowNamespace },
      data: pipelines(DEFERRED_PATH),
    },
  ]);
  // The chart makes it, and would not touch another one's.
  await kubectl('delete', 'serviceaccount', ...inNamespace, 'airflow-worker');
  if (engine) {
    for (const name of ['worker', 'triggerer']) {
      await ownedVolume(airflowNamespace, `logs-airflow-${name}-0`, '10Gi', '50000:0');
    }
  }
  await kubectl('wait', ...inNamespace, '--for=condition=Ready', '--timeout=120s', 'pod/postgres');
}

interface ChartValues {
  readonly images: Readonly<Record<'redis' | 'gitSync', { readonly repository: string; readonly tag: string }>>;
}

interface Values {
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

function writeValues(path: string, withGit: boolean): void {
  const { env } = parse(readFileSync('deploy/airflow/values.yaml', 'utf8')) as Values;
  const folder = '/opt/airflow/mine';
  const other: Record<string, string> = {
    SYNC_TASK_IMAGE: `${syncTaskImage.name}:${syncTaskImage.tag}`,
    ...(withGit ? {} : { SYNC_TASK_PIPELINES: folder }),
  };
  if (engine) {
    const extra = { in_cluster: true, xcom_sidecar_container_image: 'engine/busybox:1' };
    other['AIRFLOW_CONN_KUBERNETES_DEFAULT'] = JSON.stringify({ conn_type: 'kubernetes', extra });
  }
  // Made by a script of the public image, which a local stand-in for it may not have.
  const groomer = engine ? { logGroomerSidecar: { enabled: false } } : {};
  // Everything starts at once, on a machine that may be busy; and most probes start a whole Airflow.
  const startupProbe = { failureThreshold: 60, timeoutSeconds: 60 };
  const livenessProbe = { periodSeconds: 300, timeoutSeconds: 60 };
  const values = {
    images: { airflow: { repository: airflowImage.name, tag: airflowImage.tag } },
    env: [
      ...env.map(({ name, value }) => ({ name, value: other[name] ?? value })),
      { name: 'SYNC_TASK_RETRY_DELAY', value: '1s' },
    ],
    statsd: { enabled: false },
    ...(withGit
      ? { dags: { gitSync: gitSync() } }
      : {
          dags: { gitSync: { enabled: false } },
          volumes: [{ name: 'pipelines', configMap: { name: 'pipelines' } }],
          volumeMounts: [{ name: 'pipelines', mountPath: folder, readOnly: true }],
        }),
    apiServer: { startupProbe, livenessProbe, readinessProbe: { timeoutSeconds: 60 } },
    scheduler: { startupProbe, livenessProbe, ...groomer },
    dagProcessor: { livenessProbe, ...groomer },
    triggerer: { livenessProbe, ...groomer },
    workers: { celery: { livenessProbe, ...groomer } },
  };
  writeFileSync(path, JSON.stringify(values, undefined, 2));
}

/** The commands of *With Airflow* in the guide, what is a user's own filled in. */
function commands(chart: string, withGit: boolean): string {
  const guide = readFileSync('docs/guides/kubernetes.md', 'utf8');
  let script = /## With Airflow\n.*?```sh\n(.*?)```/s.exec(guide)?.[1] ?? '';
  const values = join(paths.folder, 'values.json');
  writeValues(values, withGit);
  for (const [mine, theirs] of [
    [/^kubectl create namespace .*\n/m, ''], // the test's, with its mark
    [/postgres\.example\.com/g, `postgres.${airflowNamespace}`],
    [/airflow:…@/g, `airflow:${databasePassword}@`],
    [/=deploy_key/, `=${join(paths.folder, 'keys', 'client')}`],
    [/^helm repo add .*\n/m, ''],
    [/apache-airflow\/airflow --version \S+/, `'${chart}'`],
    [/--values deploy\/airflow\/values\.yaml/, `$& --values '${values}'`],
    [/--stdin --tty /, ''],
    [/users create /, `$&--password ${password} `],
  ] as const) {
    expect(mine.test(script), `the guide has no ${mine} any more`);
    script = script.replace(mine, theirs);
  }
  return script;
}

export async function install(chart: string, withGit: boolean): Promise<void> {
  await run('bash', ['-euc', commands(chart, withGit)]);
}

/** Every part of it is up. */
export async function rolledOut(): Promise<string[]> {
  const names = (await kubectl('get', 'deployments,statefulsets', ...inNamespace, '--output', 'name'))
    .trim()
    .split('\n');
  for (const name of names) await kubectl('rollout', 'status', ...inNamespace, '--timeout=600s', name);
  return names.map((name) => name.replace(/^.*\/airflow-/, '')).sort();
}

export interface Reached extends AsyncDisposable {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The API server, on a port of this machine. */
export async function reach(): Promise<Reached> {
  const args = ['port-forward', ...inNamespace, 'service/airflow-api-server', ':8080'];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let port: string | undefined;
  createInterface(child.stdout).on('line', (line) => {
    port ??= /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const found = await until('kubectl port-forward', 30_000, 100, () => port);
  return {
    url: `http://127.0.0.1:${found}`,
    user: 'me',
    password,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
