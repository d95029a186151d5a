/** sync-task itself: the built code in a process of its own, everything at its defaults, a fresh state for every run. */
import { basename, join } from 'node:path';
import type { BuiltCode } from '../built-code.ts';
import type { Postgres } from '../postgres.ts';
import { type Command, cleanEnvironment, host, type Job, type Peer, type RemoteFolder } from './peer.ts';

const DEFAULTS = 'its defaults (hashing, fsync, size check and a checkpoint per file)';

/** One process, the embedded state. */
export function syncTask(code: BuiltCode): Peer {
  return {
    name: 'sync-task',
    settings: `\`sync\`, SQLite state, ${DEFAULTS}`,
    steps: (job) => [[oneProcess(code, job, { SYNC_TASK_STATE: `sqlite://${join(job.scratch, 'state.db')}` })]],
    listed,
  };
}

/** As above, but nothing is written down amid a file: what broke off starts over. */
export function syncTaskWithoutSegments(code: BuiltCode): Peer {
  return {
    name: 'sync-task, no segments',
    settings: `as sync-task, with \`--checkpoint-bytes 1TiB\``,
    steps(job) {
      const state = `sqlite://${join(job.scratch, 'state.db')}`;
      return [[oneProcess(code, job, { SYNC_TASK_STATE: state, SYNC_TASK_CHECKPOINT_BYTES: '1TiB' })]];
    },
    listed,
  };
}

/** One process, the state in Postgres. */
export function syncTaskOnPostgres(code: BuiltCode, postgres: Postgres): Peer {
  return {
    name: 'sync-task, Postgres',
    settings: `\`sync\`, Postgres state, ${DEFAULTS}`,
    usesPostgres: true,
    steps: (job) => [[oneProcess(code, job, postgresState(postgres))]],
    listed,
  };
}

/** What Airflow does: `plan`, then every batch in a process of its own, all at once, then `finish`. */
export function syncTaskInBatches(code: BuiltCode, postgres: Postgres, processes: number): Peer {
  return {
    name: `sync-task, ${processes} ${processes === 1 ? 'batch' : 'batches'}`,
    settings: `\`plan\`, ${processes} × \`run\` at once, \`finish\`; Postgres state, ${DEFAULTS}`,
    usesPostgres: true,
    steps(job) {
      if (job.work !== 'copy') return undefined;
      const environment = {
        ...postgresState(postgres),
        SYNC_TASK_BATCH_FILES: String(Math.ceil(job.files / processes)),
      };
      const command = (...args: string[]) => commandOf(code, job, [...args, '--run', pipelineOf(job)], environment);
      return [
        [command('plan')],
        Array.from({ length: processes }, (_, index) => command('run', '--batch', String(index + 1))),
        [command('finish')],
      ];
    },
  };
}

function oneProcess(code: BuiltCode, job: Job, environment: Record<string, string>): Command {
  switch (job.work) {
    case 'copy':
    case 'copy-again':
      return commandOf(code, job, ['sync'], environment);
    case 'list':
      return commandOf(code, job, ['plan', '--dry-run'], environment);
    case 'help':
      return commandOf(code, job, ['--help'], environment);
  }
}

function commandOf(code: BuiltCode, job: Job, args: readonly string[], environment: Record<string, string>): Command {
  return {
    file: code.node,
    args: [...code.nodeFlags, code.bin, ...args],
    env: cleanEnvironment(job, {
      ...code.environment,
      ...endpoint('SOURCE', job, job.source),
      ...endpoint('TARGET', job, job.target),
      SYNC_TASK_PIPELINE: pipelineOf(job),
      ...environment,
    }),
  };
}

function endpoint(role: 'SOURCE' | 'TARGET', job: Job, place: RemoteFolder): Record<string, string> {
  if (place.bucket) {
    const { endpoint: url, accessKey, secretKey, path } = place.bucket;
    return {
      [`SYNC_TASK_${role}`]: `s3://${path}`,
      [`SYNC_TASK_${role}_AWS_ENDPOINT_URL_S3`]: url,
      [`SYNC_TASK_${role}_AWS_ACCESS_KEY_ID`]: accessKey,
      [`SYNC_TASK_${role}_AWS_SECRET_ACCESS_KEY`]: secretKey,
    };
  }
  return {
    [`SYNC_TASK_${role}`]: `sftp://${job.user}@${host}:${place.port}${place.folder}`,
    [`SYNC_TASK_${role}_PRIVATE_KEY_FILE`]: job.keyFile,
    [`SYNC_TASK_${role}_KNOWN_HOSTS_FILE`]: job.knownHostsFile,
  };
}

function postgresState(postgres: Postgres): Record<string, string> {
  return { SYNC_TASK_STATE: postgres.url, SYNC_TASK_STATE_PASSWORD: postgres.password };
}

/** Names pipeline and run: every turn has a scratch folder of its own, and so no past in a database that is not new. */
function pipelineOf(job: Job): string {
  return basename(job.scratch);
}

function listed(stdout: string): number {
  return (JSON.parse(stdout) as { files: { listed: number } }).files.listed;
}
