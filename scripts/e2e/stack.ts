/**
 * The compose stack as a project of its own: other ports, network, volumes and data folder than a stack that is in use.
 * E2E_PROJECT and E2E_PORTS (added to the ports of docker-compose.yml) make one more beside it, such as one that is kept.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attempt, docker, run } from './shell.ts';

export const project = process.env['E2E_PROJECT'] ?? 'sync-task-e2e';
const port = (usual: number) => usual + Number(process.env['E2E_PORTS'] ?? 10_000);
export const airflowUrl = `http://127.0.0.1:${port(8080)}`;
export const reportsUrl = `http://127.0.0.1:${port(8081)}`;
export const prometheusUrl = `http://127.0.0.1:${port(9090)}`;
export const pushgatewayUrl = 'http://pushgateway:9091';

const dataFolder = resolve('data', project);
export const sourceRoot = join(dataFolder, 'source');
export const targetRoot = join(dataFolder, 'target');
/** The buckets, a folder each. */
export const bucketsRoot = join(dataFolder, 's3');
/** For `docker run` without Airflow. */
export const standaloneRoot = join(dataFolder, 'standalone');
export const standaloneVolume = `${project}-standalone-state`;

Object.assign(process.env, {
  COMPOSE_PROJECT_NAME: project,
  // The builder inside compose: any version of the buildx plugin will do.
  COMPOSE_BAKE: process.env['COMPOSE_BAKE'] ?? 'false',
  SYNC_TASK_NETWORK: project,
  DATA_DIR: dataFolder,
  AIRFLOW_PORT: String(port(8080)),
  REPORTS_PORT: String(port(8081)),
  SYNC_TASK_REPORT_VOLUME: `${project}-reports`,
  COMPOSE_PROFILES: 's3,monitoring',
  SYNC_TASK_METRICS_URL: pushgatewayUrl,
  AIRFLOW_STATSD_ON: 'true',
  PROMETHEUS_PORT: String(port(9090)),
  GRAFANA_PORT: String(port(3000)),
  S3_PORT: String(port(7070)),
  SFTP_SOURCE_PORT: String(port(2222)),
  SFTP_TARGET_PORT: String(port(2223)),
  // A user's .env must not change the test.
  AIRFLOW_UI_USER: 'airflow',
  AIRFLOW_UI_PASSWORD: 'airflow',
  SFTP_USER: 'demo',
  SFTP_PASSWORD: '',
  SYNC_TASK_TRANSFORM: '',
  SYNC_TASK_POOLS: 'sync_task=8',
  SYNC_TASK_ENGINE: 'docker',
  AIRFLOW_BIND: '127.0.0.1',
  // Nobody wants to wait here as long as on a busy machine.
  AIRFLOW_HEARTBEAT_TIMEOUT: '30',
  SYNC_TASK_RETRY_DELAY: '5s',
});

export const compose = (...args: string[]) => run('docker', ['compose', ...args]);

/** Nothing of an earlier run is left: no container, volume or file. */
export async function removeStack(): Promise<void> {
  const left = await docker('ps', '--all', '--quiet', '--filter', `network=${project}`);
  const ids = left.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await docker('rm', '--force', '--volumes', ...ids);
  await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
  await docker('volume', 'rm', '--force', standaloneVolume);
  rmSync(dataFolder, { recursive: true, force: true });
}

/** The whole of it. */
export async function startStack(): Promise<void> {
  // Grafana shows what Prometheus has; where its image is not to be had, the rest is tested without it.
  const withGrafana = (await attempt('docker', ['compose', 'pull', '--quiet', 'grafana'])).code === 0;
  const services = (await compose('config', '--services')).trim().split('\n');
  await up(services.filter((service) => service !== 'grafana' || withGrafana));
}

/** What a transfer needs without Airflow; the image is built, since nothing of it is running. */
export async function startServers(): Promise<void> {
  await compose('build', 'sync-task');
  await up(['sftp-source', 'sftp-target', 's3']);
}

/** These services and what they depend on. */
async function up(services: readonly string[]): Promise<void> {
  mkdirSync(standaloneRoot, { recursive: true });
  await compose('up', '--detach', '--build', '--wait', '--wait-timeout', '600', '--quiet-pull', ...services);
}

/** The ends of the logs of whatever may explain a failure, without the lines that only say that all is well. */
export async function showLogs(): Promise<void> {
  const states = await attempt('docker', ['compose', 'ps', '--all', '--format', '{{.Service}}: {{.Status}}']);
  console.log(states.stdout || states.stderr);
  for (const service of [
    'airflow-init',
    'airflow-scheduler',
    'airflow-worker',
    'airflow-webserver',
    'sftp-source',
    's3',
  ]) {
    const { stdout } = await attempt('docker', ['compose', 'logs', '--no-color', '--no-log-prefix', service]);
    show(
      service,
      stdout.split('\n').filter((line) => !/http\.access|GET \/health|127\.0\.0\.1|kex_exchange|Permission/.test(line)),
    );
  }
  const script = 'ls -t $(find /opt/airflow/logs -path "*dag_id=*" -name "*.log") | head -3 | xargs tail -n 8';
  const tasks = await attempt('docker', ['compose', 'exec', '-T', 'airflow-worker', 'bash', '-c', script]);
  show('newest task logs', (tasks.stdout || tasks.stderr).split('\n'));
}

function show(title: string, lines: readonly string[]): void {
  const last = lines.slice(-30).map((line) => (line.length > 600 ? `${line.slice(0, 600)} …` : line));
  console.log([`--- ${title}`, ...last].join('\n'));
}
