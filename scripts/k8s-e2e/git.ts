/** A user's own repository, and the Git server that has it: the DAGs of this one, and pipelines. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../e2e/shell.ts';
import { apply, gitImage, inServer, kubectl, paths, served, serverNamespace, sshReady } from './cluster.ts';
import { keyOf } from './servers.ts';

const NAME = 'git';
const host = `${NAME}.${serverNamespace}`;
const clone = join(paths.folder, 'clone');
const branch = 'main';

/** What deploy/airflow/values.yaml asks for. */
export const gitSync = () => ({
  repo: `git@${host}:sync-task.git`,
  ref: branch,
  knownHosts: `${host} ${keyOf(`${NAME}.pub`)}`,
  period: '15s',
});

const git = (...args: string[]) =>
  run('git', ['-C', clone, '-c', 'user.name=me', '-c', 'user.email=me@example.com', ...args]);

export async function startGitServer(): Promise<void> {
  await apply(
    served({
      namespace: serverNamespace,
      name: NAME,
      port: 22,
      container: {
        name: NAME,
        image: gitImage,
        readinessProbe: sshReady,
        volumeMounts: [{ name: 'secrets', mountPath: '/secrets', readOnly: true }],
      },
      volumes: [{ name: 'secrets', secret: { secretName: 'sftp', defaultMode: 0o400 } }],
    }),
  );
  await kubectl('wait', '--namespace', serverNamespace, '--for=condition=Ready', '--timeout=60s', `pod/${NAME}`);
  const bare = '/srv/git/sync-task.git';
  await inServer(NAME, `git init --quiet --bare --initial-branch ${branch} ${bare} && chown -R git ${bare}`);
  mkdirSync(clone, { recursive: true });
  await git('init', '--quiet', '--initial-branch', branch);
  cpSync('airflow/dags', join(clone, 'airflow/dags'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
}

/** Commits these pipelines and pushes, through `kubectl exec`: the server cannot be reached from here. */
export async function push(pipelines: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(clone, 'airflow/pipelines');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(pipelines)) writeFileSync(join(folder, name), text);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', Object.keys(pipelines).join(', '));
  const bundle = join(paths.folder, 'main.bundle');
  await git('bundle', 'create', '--quiet', bundle, branch);
  const script = `kubectl exec --namespace "$1" --stdin ${NAME} -- sh -euc 'cat >/tmp/main.bundle && chmod 644 /tmp/main.bundle &&
    su --shell /bin/sh git -c "git -C /srv/git/sync-task.git fetch --quiet /tmp/main.bundle ${branch}:${branch}"' <"$2"`;
  await run('bash', ['-euo', 'pipefail', '-c', script, 'bash', serverNamespace, bundle]);
}
