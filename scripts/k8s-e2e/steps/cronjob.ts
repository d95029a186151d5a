/** The standalone job, as a user tries it out before the first night. */
import { compare } from '../../e2e/files.ts';
import { expect, expectEqual, run, until } from '../../e2e/shell.ts';
import { kubectl, namespace, paths } from '../cluster.ts';
import { fetchTarget } from '../servers.ts';

interface Result {
  readonly run: string;
  readonly status: string;
  readonly files: Readonly<Record<string, number>>;
}

interface Job {
  readonly spec: { readonly template: { readonly spec: { readonly containers: { env: unknown[] }[] } } };
  readonly status?: {
    readonly failed?: number;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

const inNamespace = ['--namespace', namespace];

/** `Complete` or `Failed`, with why. */
async function ended(name: string): Promise<{ type: string; message: string }> {
  return await until(`the Job ${name} to end`, 120_000, 500, async () => {
    const job = JSON.parse(await kubectl('get', 'job', ...inNamespace, name, '--output', 'json')) as Job;
    const end = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
    return end && { type: end.type, message: `${end.reason ?? ''} ${end.message ?? ''}` };
  });
}

/** The one line on standard output, among those of the log. */
async function resultOf(name: string): Promise<Result> {
  const lines = (await kubectl('logs', ...inNamespace, `job/${name}`)).split('\n');
  const line = lines.find((each) => each.startsWith('{"schemaVersion"'));
  expect(line !== undefined, `no result in the log of ${name}:\n${lines.slice(-20).join('\n')}`);
  return JSON.parse(line) as Result;
}

export async function cronJob(): Promise<string> {
  const copied: (number | undefined)[] = [];
  for (const name of ['try-1', 'try-2']) {
    await kubectl('create', 'job', ...inNamespace, name, '--from=cronjob/sync-task-nightly');
    const { type, message } = await ended(name);
    expectEqual(type, 'Complete', `the Job ${name}: ${message}`);
    const result = await resultOf(name);
    expectEqual([result.status, result.run], ['done', name], 'status and run');
    copied.push(result.files['copied']);
  }
  expectEqual(copied, [400, 0], 'files copied');
  await fetchTarget('nightly', paths.target);
  await compare(paths.source, paths.target);
  return `${copied[0]} files, then none`;
}

export async function wrongPassword(): Promise<string> {
  const name = 'wrong-key';
  const from = ['create', 'job', ...inNamespace, name, '--from=cronjob/sync-task-nightly'];
  const job = JSON.parse(await kubectl(...from, '--dry-run=client', '--output', 'json')) as Job;
  for (const name of ['SYNC_TASK_SOURCE_PRIVATE_KEY', 'SYNC_TASK_TARGET_PRIVATE_KEY']) {
    job.spec.template.spec.containers[0]?.env.push({ name, value: '' });
  }
  job.spec.template.spec.containers[0]?.env.push({ name: 'SYNC_TASK_SOURCE_PASSWORD', value: 'wrong' });
  job.spec.template.spec.containers[0]?.env.push({ name: 'SYNC_TASK_TARGET_PASSWORD', value: 'wrong' });
  await run('kubectl', ['create', '--filename', '-'], JSON.stringify(job));
  const { type, message } = await ended(name);
  expect(type === 'Failed' && message.includes('exit code 77'), `the Job ended so: ${type} ${message}`);
  const failed = await kubectl('get', 'job', ...inNamespace, name, '--output', 'jsonpath={.status.failed}');
  expectEqual(failed, '1', 'pods that failed');
  // What `kubectl describe pod` shows.
  const said = await kubectl(
    ...['get', 'pods', ...inNamespace, '--selector', `job-name=${name}`, '--output'],
    'jsonpath={.items[0].status.containerStatuses[0].state.terminated.message}',
  );
  expect(said.includes('was not let in'), `the pod does not say why it failed: ${said}`);
  return message.trim();
}
