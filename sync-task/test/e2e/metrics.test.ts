/** What a command pushes to a Pushgateway, and that a bad one is no matter of the transfer. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';

interface Push {
  readonly method: string;
  /** Labels of the group, decoded. */
  readonly group: string;
  readonly authorization: string | undefined;
  /** Sample → value. */
  readonly samples: ReadonlyMap<string, number>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

function groupOf(path: string): string {
  const parts = path.split('/').slice(4);
  const labels: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    labels.push(`${parts[index]?.split('@')[0]}=${Buffer.from(parts[index + 1] ?? '', 'base64url')}`);
  }
  return labels.join(' ');
}

function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** A gateway that keeps what it gets, and answers with `status`. */
async function startGateway(t: ExecutionContext, status = 200): Promise<{ url: string; pushes: Push[] }> {
  const pushes: Push[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const samples = samplesOf(await bodyOf(request));
    pushes.push({ method, group: groupOf(url), authorization: headers.authorization, samples });
    response.writeHead(status).end(status === 200 ? '' : 'not today\nnor tomorrow');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pushes };
}

test('sync pushes its phases, its run and its success, without a path or the name of a run', async (t) => {
  const { source, environment } = await newFolders(t);
  const { url, pushes } = await startGateway(t);
  await put(source, 'secret-name', 'twelve bytes');
  const settings = { ...environment, SYNC_TASK_PIPELINE: 'näme/"x"', SYNC_TASK_METRICS_URL: url };
  const { code, stderr } = await runCommand(['sync', '--run', 'run-name'], settings);
  t.is(code, 0, stderr);
  t.deepEqual(
    pushes.map(({ method, group }) => `${method} ${group}`),
    ['POST pipeline=näme/"x" command=sync', 'POST pipeline=näme/"x"'],
  );
  const [command, pipeline] = pushes.map(({ samples }) => samples);
  t.is(command?.get('sync_task_command_exit_code'), 0);
  t.is(command?.get('sync_task_phase_files{phase="plan"}'), 1);
  t.is(command?.get('sync_task_phase_bytes{phase="transfer"}'), 12);
  t.true((command?.get('sync_task_command_success_timestamp_seconds') ?? 0) > 1.7e9);
  t.is(pipeline?.get('sync_task_run_files{outcome="copied"}'), 1);
  t.is(pipeline?.get('sync_task_run_bytes{direction="written"}'), 12);
  t.is(pipeline?.get('sync_task_run_complete'), 1);
  t.is(pipeline?.get('sync_task_queue_files'), 0);
  t.true((pipeline?.get('sync_task_success_timestamp_seconds') ?? 0) > 1.7e9);
  const names = pushes.flatMap(({ samples }) => [...samples.keys()]).join();
  t.false(names.includes('secret-name') || names.includes('run-name'));
});

test('batches side by side: what is left is told by each, the whole run by finish', async (t) => {
  const { source, environment } = await newFolders(t);
  const { url, pushes } = await startGateway(t);
  const settings = { ...environment, SYNC_TASK_METRICS_URL: url };
  for (const name of ['a', 'b', 'c']) await put(source, name, 'x');
  await runCommand(['plan', '--run', 'r', '--batch-files', '2'], settings);
  await runCommand(['run', '--run', 'r', '--batch', '1'], settings);
  const early = await runCommand(['finish', '--run', 'r'], settings);
  t.is(early.code, 75);
  await runCommand(['run', '--run', 'r', '--batch', '2'], settings);
  await runCommand(['finish', '--run', 'r'], settings);
  const queue = pushes.flatMap(({ samples }) => samples.get('sync_task_queue_files') ?? []);
  t.deepEqual(queue, [3, 1, 1, 0, 0]);
  const finishes = pushes.filter(({ samples }) => samples.has('sync_task_run_complete')).map(({ samples }) => samples);
  t.deepEqual(
    finishes.map((samples) => [
      samples.get('sync_task_run_complete'),
      samples.get('sync_task_run_files{outcome="copied"}'),
      samples.has('sync_task_success_timestamp_seconds'),
    ]),
    [
      [0, 2, false],
      [1, 3, true],
    ],
  );
});

test('a refused run tells its findings, and no success', async (t) => {
  const { source, environment } = await newFolders(t);
  const { url, pushes } = await startGateway(t);
  await put(source, 'a', 'x');
  const settings = { ...environment, SYNC_TASK_METRICS_URL: url };
  await runCommand(['sync', '--gate', 'few-files=fail:2'], settings);
  const samples = new Map(pushes.flatMap((push) => [...push.samples]));
  t.is(samples.get('sync_task_gate_findings{verdict="refused"}'), 1);
  t.is(samples.get('sync_task_command_exit_code'), 65);
  t.false([...samples.keys()].some((name) => name.includes('success')));
});

test('a command that fails before it has a result pushes its exit code; a dry run pushes nothing', async (t) => {
  const { environment } = await newFolders(t);
  const { url, pushes } = await startGateway(t);
  const settings = { ...environment, SYNC_TASK_METRICS_URL: url };
  await runCommand(['run', '--run', 'none', '--batch', '1'], settings);
  t.deepEqual(
    pushes.map(({ group, samples }) => [group, samples.get('sync_task_command_exit_code')]),
    [['pipeline=test command=run', 64]],
  );
  await runCommand(['sync', '--dry-run'], settings);
  t.is(pushes.length, 1);
});

test('credentials come from the environment, and go nowhere else', async (t) => {
  const { source, environment } = await newFolders(t);
  const { url, pushes } = await startGateway(t);
  await put(source, 'a', 'x');
  const withUser = { ...environment, SYNC_TASK_METRICS_URL: url.replace('//', '//me@') };
  const basic = await runCommand(['sync'], { ...withUser, SYNC_TASK_METRICS_PASSWORD: 'pass-word-1' });
  t.is(pushes[0]?.authorization, `Basic ${Buffer.from('me:pass-word-1').toString('base64')}`);
  const bearer = await runCommand(['sync'], { ...withUser, SYNC_TASK_METRICS_TOKEN: 'token-1' });
  t.is(pushes.at(-1)?.authorization, 'Bearer token-1');
  t.false(`${basic.stderr}${basic.stdout}`.includes('pass-word-1'));
  t.false(`${bearer.stderr}${bearer.stdout}`.includes('token-1'));
  const refused = await runCommand(['sync', '--metrics-url', 'http://me:pass-word-2@127.0.0.1:1'], environment);
  t.is(refused.code, 64);
  t.false(`${refused.stderr}${refused.stdout}`.includes('pass-word-2'));
});

const broken: readonly (readonly [string, (t: ExecutionContext) => Promise<string>, RegExp])[] = [
  ['nobody listens', async () => 'http://127.0.0.1:1', /ECONNREFUSED|bad port/],
  ['it refuses', async (t) => (await startGateway(t, 500)).url, /it answered 500 not today$/],
  ['it has no address', async () => 'http://no.such.host.invalid:9091', /ENOTFOUND|EAI_AGAIN/],
];

for (const [title, urlOf, why] of broken) {
  test(`a gateway fails, the transfer does not: ${title}`, async (t) => {
    const { source, environment } = await newFolders(t);
    await put(source, 'a', 'x');
    const { code, result, stderr } = await runCommand(['sync'], {
      ...environment,
      SYNC_TASK_METRICS_URL: await urlOf(t),
    });
    t.is(code, 0, stderr);
    t.is(result.files.copied, 1);
    const warnings = stderr.split('\n').filter((line) => line.includes('"level":"warn"'));
    t.is(warnings.length, 1, stderr);
    const { message } = JSON.parse(warnings[0] as string);
    t.regex(message, /^the metrics could not be pushed to http:/);
    t.regex(message, why);
  });
}

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traces: readonly (readonly [string, readonly string[], Record<string, string>, string | undefined])[] = [
  ['TRACEPARENT', [], { TRACEPARENT: `00-${trace}-00f067aa0ba902b7-01` }, trace],
  ['a malformed TRACEPARENT is ignored', [], { TRACEPARENT: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }, undefined],
  ['--trace-id', ['--trace-id', trace], {}, trace],
  ['SYNC_TASK_TRACE_ID', [], { SYNC_TASK_TRACE_ID: trace, TRACEPARENT: 'x' }, trace],
];

for (const [title, args, variables, wanted] of traces) {
  test(`log lines carry the trace: ${title}`, async (t) => {
    const { source, environment } = await newFolders(t);
    await put(source, 'a', 'x');
    const { code, stderr } = await runCommand(['sync', ...args], { ...environment, ...variables });
    t.is(code, 0, stderr);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.true(lines.length > 0);
    t.true(lines.every(({ traceId }) => traceId === wanted));
  });
}

test('a trace id that is none is refused', async (t) => {
  const { environment } = await newFolders(t);
  const { code, errors } = await runCommand(['sync', '--trace-id', 'abc'], environment);
  t.is(code, 64);
  t.regex(errors.join(), /--trace-id: "abc" is no trace id/);
});
