/** The DAG, with pods that are taken away while they work, and one that has too little memory. */
import { join } from 'node:path';
import { compare } from '../../e2e/files.ts';
import { attempt, expect, expectEqual, run, until } from '../../e2e/shell.ts';
import { type DagRun, testDag, writeKubeconfig } from '../airflow.ts';
import { kubectl, namespace, type Pod, paths, pods } from '../cluster.ts';
import { fetchTarget, publishedCount } from '../servers.ts';

const BATCH_FILES = 200;
/** Of the 400 files, below the first of seven folders. */
const FILES_OF_ONE = 58;
const FOLDER = 'daily';

export type Attack = readonly [what: string, take: (pod: string) => Promise<unknown>];

/** As a drained node does: SIGTERM, and time to end cleanly. */
const evicted: Attack = [
  'evicted',
  (name) =>
    run(
      'kubectl',
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '--filename', '-'],
      JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
    ),
];
/** As with a lost node: the pod is gone at once. */
export const deleted: Attack = [
  'deleted',
  (name) => kubectl('delete', 'pod', '--namespace', namespace, name, '--grace-period=0', '--force'),
];

const batchOf = (pod: Pod) => pod.spec.containers[0]?.args?.at(-1) ?? '';

/** Takes the first pod of a batch away as soon as some files of it are there; then that of another one. */
export async function takePodsAway(attacks: readonly Attack[], folder: string, over: () => boolean): Promise<string[]> {
  const said: string[] = [];
  const done = new Set<string>();
  for (const [what, take] of attacks) {
    const before = await publishedCount(folder);
    const pod = await until('a batch at work', 120_000, 200, async () => {
      if (over()) throw new Error('the DAG run was over before both batches were seen at work');
      return (await pods('sync-task/verb=run')).find(
        (each) => each.status.phase === 'Running' && !done.has(batchOf(each)) && !each.metadata.deletionTimestamp,
      );
    });
    const files = await until('files of the batch', 60_000, 200, async () => {
      const now = (await publishedCount(folder)) - before;
      return now >= 20 ? now : undefined;
    });
    await take(pod.metadata.name);
    done.add(batchOf(pod));
    said.push(`batch ${batchOf(pod)} ${what} with ${files} files there`);
  }
  return said;
}

export async function dagRun(): Promise<string> {
  let over = false;
  const dag = testDag('sftp_sync', { batch_files: BATCH_FILES }).finally(() => {
    over = true;
  });
  dag.catch(() => {}); // looked at below
  const said = await takePodsAway([evicted, deleted], FOLDER, () => over).catch(async (error: Error) => {
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
    // What the operator finds: of an evicted pod that is slow to go, its exit code.
    [/(the pod was deleted while it ran: a retry goes on where it ended|sync-task run ended with 143, stopped)/, 2],
  ] as const) {
    const said = log.split('\n').filter((line) => line.match(says)).length;
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

let deferred: Promise<DagRun> | undefined;

/** Begins with the pipeline that mostly waits, while the CronJob is looked at. */
export async function airflowOutside(): Promise<undefined> {
  await writeKubeconfig();
  deferred = testDag('deferred', {});
  deferred.catch(() => {}); // looked at below
}

/** Each task gives its place up while its pod works, and is taken up again. */
export async function deferrable(): Promise<string> {
  const { state, tasks, results, log } = await (deferred ?? testDag('deferred', {}));
  const last = () => log.split('\n').slice(-60).join('\n');
  expectEqual(state, 'success', `state of the run:\n${last()}`);
  const pods = tasks.filter(({ task }) => /^(check|plan|run|finish)/.test(task));
  // Of dag.test(), which has no triggerer beside it.
  const times = log.split('running trigger in line').length - 1;
  expectEqual(times, pods.length, `tasks that were deferred, of ${pods.map(({ task }) => task)}`);
  await fetchTarget('deferred', paths.target);
  await compare(join(paths.source, '0'), join(paths.target, '0'));
  const counted = [results['run[0]'], results['finish']].map((result) => result?.files['copied']);
  expectEqual(counted, [FILES_OF_ONE, FILES_OF_ONE], 'files that were copied, as run and finish count them in XCom');
  expect(
    !log.includes('{"schemaVersion"') && !log.includes('"level":'),
    'the log has lines as the container wrote them',
  );
  return `${times} tasks, ${FILES_OF_ONE} files`;
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
  const logs = ['sftp_sync', 'deferred'].map((dag) => join(paths.folder, `${dag}.log`));
  const inLog = await attempt('grep', ['-lF', 'PRIVATE KEY', ...logs]);
  expect(gone && inLog.code === 1, 'a private key is in the log');
  return 'no pod, no Secret';
}
