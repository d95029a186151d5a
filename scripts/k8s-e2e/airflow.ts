/**
 * Airflow outside of the cluster: `dag.test()` in a virtual environment, as a worker would run the tasks, with no right but those that
 * deploy/kustomize/airflow gives to the worker's service account.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '../e2e/shell.ts';
import { airflowNamespace, engine, kubectl, namespace, paths, syncTaskImage } from './cluster.ts';
import { hostOf, keys } from './servers.ts';
import { statePassword } from './steps/apply.ts';

const python = resolve('.venv/airflow/bin/python');

const own = readFileSync('airflow/pipelines/sftp_sync.yaml', 'utf8');
const source = 'source: { connection: source_sftp_conn }\n';
const notAgain = 'retries: { count: 0 }\n';

/** By file: `sftp_sync` as it is, but that it has no schedule; one whose tasks wait in the triggerer. */
export const pipelines = (deferredPath: string) => ({
  'sftp_sync.yaml': own.replace(/^schedule: .*\n/m, ''),
  'deferred.yaml': `description: Its tasks wait in the triggerer\n${source}target: { connection: target_sftp_conn, path: ${deferredPath} }
kubernetes: { deferrable: true }\nselection: { prefix: 0/ }\ncontainer: { cpus: 0.5, memory: 256Mi }\n${notAgain}`,
});

const tooLittle = `description: Its containers have too little memory\n${source}target: { connection: target_sftp_conn }
container: { memory: 32Mi }\n${notAgain}`;

/** What a user makes under Admin > Connections. */
export const connections = (targetPath: string) => ({
  ...Object.fromEntries(
    (['source', 'target'] as const).map((side) => [
      `${side}_sftp_conn`,
      {
        conn_type: 'sftp',
        host: hostOf(`sftp-${side}`),
        login: 'demo',
        extra: {
          path: side === 'source' ? '/data/files' : targetPath,
          private_key: keys.privateKey,
          known_hosts: keys.knownHosts,
        },
      },
    ]),
  ),
  sync_task_state: {
    conn_type: 'postgres',
    host: 'sync-task-state.sync-task',
    port: 5432,
    login: 'sync_task',
    password: statePassword,
    schema: 'sync_task',
  },
});

function writePipelines(): void {
  const all = { ...pipelines('/data/deferred'), 'too_little.yaml': tooLittle };
  mkdirSync(paths.pipelines, { recursive: true });
  for (const [name, text] of Object.entries(all)) writeFileSync(join(paths.pipelines, name), text);
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  // The provider hands it to triggers, beside the connection; and the worker is to have its own rights alone.
  KUBECONFIG: undefined,
  PYTHONPATH: resolve('airflow'),
  AIRFLOW_HOME: paths.airflowHome,
  AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
  AIRFLOW__CORE__UNIT_TEST_MODE: 'False',
  // As in docker-compose.yml: parsing takes a second, unless the machine is very busy.
  AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT: '120',
  AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH: join(paths.airflowHome, 'bundles'),
  AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST: JSON.stringify([
    {
      name: 'pipelines',
      classpath: 'sync_task_airflow.bundle.PipelineBundle',
      kwargs: { pipelines: paths.pipelines },
    },
  ]),
  SYNC_TASK_ENGINE: 'kubernetes',
  SYNC_TASK_IMAGE: `${syncTaskImage.name}:${syncTaskImage.tag}`,
  SYNC_TASK_NAMESPACE: namespace,
  SYNC_TASK_TRANSFORM: '',
  SYNC_TASK_RETRY_DELAY: '1s',
  SYNC_TASK_PIPELINES: paths.pipelines,
  // Slow enough to be caught at work.
  AIRFLOW_VAR_SYNC_TASK_SFTP_SYNC: JSON.stringify({ cpus: 0.5, memory: '256Mi', settings: { bwlimit: '2M' } }),
  ...Object.fromEntries(
    Object.entries(connections('/data/daily')).map(([id, connection]) => [
      `AIRFLOW_CONN_${id.toUpperCase()}`,
      JSON.stringify(connection),
    ]),
  ),
  AIRFLOW_CONN_KUBERNETES_DEFAULT: JSON.stringify({
    conn_type: 'kubernetes',
    extra: {
      kube_config_path: paths.kubeconfig,
      ...(engine ? { xcom_sidecar_container_image: 'engine/busybox:1' } : {}),
    },
  }),
});

let migrated: Promise<number> | undefined;
const migration = join(paths.folder, 'migrate.log');

/** Makes Airflow's database, beside whatever else is done meanwhile. */
export function startAirflow(): void {
  mkdirSync(paths.airflowHome, { recursive: true });
  writePipelines();
  migrated = ran(migration, '-m', 'airflow', 'db', 'migrate');
}

/** Runs Python to its end, its output in a file. */
function ran(log: string, ...args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', 'exec "$@" >"$0" 2>&1', log, python, ...args], {
      env: environment(),
      stdio: 'ignore',
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
}

/** The rights of `airflow-worker`, and no others. */
export async function writeKubeconfig(): Promise<void> {
  const raw = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output', 'json');
  const config = JSON.parse(raw) as Record<string, unknown> & { contexts: { context: { user: string } }[] };
  const token = (await kubectl('create', 'token', '--namespace', airflowNamespace, 'airflow-worker')).trim();
  const name = config.contexts[0]?.context.user;
  writeFileSync(paths.kubeconfig, JSON.stringify({ ...config, users: [{ name, user: { token } }] }), { mode: 0o600 });
}

export interface DagRun {
  readonly state: string;
  readonly tasks: readonly { readonly task: string; readonly state: string; readonly tries: number }[];
  /** By task: what the command counted. */
  readonly results: Readonly<Record<string, { status: string; files: Record<string, number> }>>;
  readonly log: string;
}

export async function testDag(dag: string, conf: Record<string, unknown>): Promise<DagRun> {
  expect((await migrated) === 0, `airflow db migrate failed:\n${readFileSync(migration, 'utf8')}`);
  const answer = join(paths.folder, `${dag}.json`);
  const log = join(paths.folder, `${dag}.log`);
  const code = await ran(log, resolve('scripts/k8s-e2e/dag_run.py'), dag, JSON.stringify(conf), answer);
  const text = readFileSync(log, 'utf8');
  expect(code === 0, `dag.test() of ${dag} ended with ${code}:\n${text.split('\n').slice(-40).join('\n')}`);
  return { ...(JSON.parse(readFileSync(answer, 'utf8')) as DagRun), log: text };
}
