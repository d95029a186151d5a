/** The DAG, with pods that are taken away while they work, and one that has too little memory. */
import { compare } from '../../e2e/files.ts';
import { attempt, expect, expectEqual, run, until } from '../../e2e/shell.ts';
import { type DagRun, testDag, writeKubeconfig } from '../airflow.ts';
import { kubectl, namespace, type Pod, paths, pods } from '../cluster.ts';
import { fetchTarget, publishedCount } from '../servers.ts';

const BATCH_FILES = 200;
const FOLDER = 'daily';

type Attack = readonly [what: string, take: (pod: string) => Promise<unknown>];

const attacks: readonly Attack[] = [
  [
    // As a drained node does: SIGTERM, and time to end cleanly.
    'evicted',
    (name) =>
      run(
        'kubectl',
        ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '--filename', '-'],
        JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
      ),
  ],
  [
    // As with a lost node: the pod is gone at once.
    'deleted',
    (name) => kubectl('delete', 'pod', '--namespace', namespace, name, '--grace-period=0', '--force'),
  ],
];

const batchOf = (pod: Pod) => pod.spec.containers[0]?.args?.at(-1) ?? '';

/** Takes the first pod of each batch away as soon as some files of it are there. */
async function takePodsAway(over: () => boolean): Promise<string[]> {
  const said: string[] = [];
  const done = new Set<string>();
  for (const [what, take] of attacks) {
    const before = await publishedCount(FOLDER);
    const pod = await until('a batch at work', 120_000, 200, async () => {
      if (over()) throw new Error('the DAG run was over before both batches were seen at work');
      return (await pods('sync-task/verb=run')).find(
        (each) => each.status.phase === 'Running' && !done.has(batchOf(each)) && !each.metadata.deletionTimestamp,
      );
    });
    const files = await until('files of the batch', 60_000, 200, async () => {
      const now = (await publishedCount(FOLDER)) - before;
      return now >= 20 ? now : undefined;
    });
    await take(pod.metadata.name);
    done.add(batchOf(pod));
    said.push(`batch ${batchOf(pod)} ${what} with ${files} files there`);
  }
  return said;
}

export async function dagRun(): Promise<string> {
  await writeKubeconfig();
  let over = false;
  const dag = testDag('sftp_sync', { batch_files: BATCH_FILES }).finally(() => {
    over = true;
  });
  dag.catch(() => {}); // looked at below
  const said = await takePodsAway(() => over).catch(async (error: Error) => {
    const { log } = await dag;
    throw new Error(`${error.message}\n${log.split('\n').slice(-40).join('\n')}`);
  });
  const { state, tasks, results, log } = await dag;
  const last = () => log.split('\n').slice(-60).join('\n');
  expectEqual(state, 'success', `state of the run:\n${last()}`);
  const batches = tasks.filter(({ task }) => task.startsWith('run['));
  expectEqual(
    batches.map(({ tries }) => tries),
    [2, 2],
    'tries of the batches',
  );
  for (const [says, times] of [
    // Evicted: it ended cleanly.
    ['stopped by SIGTERM: nothing partial is left', 1],
    ['AirflowException: the pod was deleted while it ran: a retry goes on where it ended', 2],
  ] as const) {
    const said = log.split(says).length - 1;
    expect(said >= times && said <= 4, `the log says ${said} times "${says}":\n${last()}`);
  }
  await fetchTarget(FOLDER, paths.target);
  await compare(paths.source, paths.target);
  const again = batches.map(({ task }) => results[task]?.files['copied'] ?? 0);
  expect(
    again.every((copied) => copied < BATCH_FILES),
    `the second tries copied all again: ${again}`,
  );
  expectEqual(results['finish']?.status, 'done', 'what finish says');
  const tree = results['finish']?.files['copied'];
  return `${said.join(', ')}; the second tries copied ${again.join(' and ')}, all ${tree} are there`;
}

export async function outOfMemory(): Promise<string> {
  const { state, tasks, log } = await testDag('too_little', {});
  expectEqual([state, failedTasks(tasks)[0]], ['failed', 'check'], 'state of the run, and what failed');
  const line = log.split('\n').find((each) => each.includes('needed more memory than its limit'));
  expect(line !== undefined, `the log does not say it:\n${log.split('\n').slice(-60).join('\n')}`);
  return /sync-task check was killed.*?\)/.exec(line)?.[0] ?? line;
}

const failedTasks = (tasks: DagRun['tasks']) => tasks.filter(({ state }) => state === 'failed').map(({ task }) => task);

/** No pod, and no Secret with connections, outlives its task. */
export async function leftovers(): Promise<string> {
  const gone = await until('the pods of tasks to go', 60_000, 500, async () =>
    (await pods('sync-task/verb')).length === 0 ? true : undefined,
  );
  const secrets = await kubectl('get', 'secrets', '--namespace', namespace, '--output', 'name');
  expectEqual(
    secrets.trim().split('\n').sort(),
    ['secret/sync-task-nightly', 'secret/sync-task-state'],
    'Secrets that are left',
  );
  const inLog = await attempt('grep', ['-rlF', 'PRIVATE KEY', `${paths.folder}/sftp_sync.log`]);
  expect(gone && inLog.code === 1, 'a private key is in the log');
  return 'no pod, no Secret';
}
