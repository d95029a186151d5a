/** Whatever a server answers while it is opened and used: an error with a kind, a code of the contract, and an end. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { asSyncError, exitCodeOf, exitCodes } from '../../src/base/errors.ts';
import { execute } from '../../src/cli/execute.ts';
import { exitCodeForResult } from '../../src/engine/result/exit-code.ts';
import type { Result } from '../../src/engine/result/result.ts';
import { newFolders, put, runCommand, treeOf, until } from '../kit/job.ts';
import { type Faults, type SftpServer, startSftpServer } from '../kit/sftp-server/server.ts';

type Role = 'source' | 'target';

const requests = [
  ...[
    'INIT',
    'REALPATH',
    'limits@openssh.com',
    'check-file-name',
    'LSTAT',
    'STAT',
    'OPENDIR',
    'READDIR',
    'CLOSE',
    'MKDIR',
  ],
  ...['OPEN', 'READ', 'WRITE', 'FSTAT', 'FSETSTAT', 'fsync@openssh.com', 'posix-rename@openssh.com', 'REMOVE'],
] as const;

const FOR_EVER = Number.POSITIVE_INFINITY;
const refusal = (status: number) => (type: string) => ({ failAtRequest: { type, count: 1, status, times: FOR_EVER } });

const answers: Readonly<Record<string, (type: string) => Faults>> = {
  'no such file': refusal(2),
  'permission denied': refusal(3),
  failure: refusal(4),
  'bad message': refusal(5),
  unsupported: refusal(8),
  'code 4711': refusal(4711),
  'OK and nothing else': refusal(0),
  'another type': (type) => ({ oddAnswerAtRequest: { type, count: 1, answer: 99 } }),
  'an empty handle': (type) => ({ oddAnswerAtRequest: { type, count: 1, answer: 102 } }),
  'an empty name': (type) => ({ oddAnswerAtRequest: { type, count: 1, answer: 104 } }),
  'the end of the connection': (type) => ({ dropAtRequest: { type, count: 1 } }),
  silence: (type) => ({ silentAtRequest: { type, count: 1 } }),
};

const allowed: ReadonlySet<number> = new Set([
  exitCodes.done,
  exitCodes.permanent,
  exitCodes.transient,
  exitCodes.permission,
]);

const never = new AbortController().signal;
const mute = () => undefined;
const log = { debug: mute, info: mute, warn: mute, error: mute };
const progress = { expect: mute, listed: mute, bytes: mute, file: mute };

async function newJob(t: ExecutionContext, role: Role) {
  const folders = await newFolders(t);
  await put(folders.source, 'a/b.txt', 'content');
  await put(folders.source, 'c.txt', 'more');
  await put(folders.target, 'c.txt', 'older');
  const server = await startSftpServer({ root: folders[role] });
  t.teardown(() => server.stop());
  return { folders, server, environment: environmentOf(role, folders.environment, server) };
}

function environmentOf(role: Role, environment: Readonly<Record<string, string>>, server: SftpServer) {
  const side = role.toUpperCase();
  return {
    ...environment,
    [`SYNC_TASK_${side}`]: `sftp://${server.user}@${server.host}:${server.port}/`,
    [`SYNC_TASK_${side}_PASSWORD`]: server.password,
    [`SYNC_TASK_${side}_KNOWN_HOSTS`]: server.knownHosts,
    SYNC_TASK_ATTEMPTS: '1',
    SYNC_TASK_CONNECT_TIMEOUT: '20s',
    SYNC_TASK_IDLE_TIMEOUT: '20s',
    SYNC_TASK_RECONNECT: '1s',
  };
}

/** A check and a sync of a job of their own. */
async function tryRequest(t: ExecutionContext, role: Role, type: string, answer: string): Promise<void> {
  const { server, environment } = await newJob(t, role);
  if (answer === 'silence') Object.assign(environment, { SYNC_TASK_IDLE_TIMEOUT: '300ms' });
  if (type === 'check-file-name') server.faults.checkFile = 'plain';
  for (const command of ['check', 'sync']) {
    Object.assign(server.faults, answers[answer]?.(type));
    const where = `${command}, ${type}`;
    const given = { command, flags: {}, words: [] } as unknown as Parameters<typeof execute>[0];
    const ended: Result | Error = await execute(given, { environment, log, progress, signal: never }).catch(
      (error) => error,
    );
    const code = ended instanceof Error ? exitCodeOf(asSyncError(ended)) : exitCodeForResult(ended);
    t.true(allowed.has(code), `${where}: ${code}`);
    const messages = ended instanceof Error ? [asSyncError(ended).message] : ended.errors.map(({ message }) => message);
    for (const message of messages) t.notRegex(message, /internal/, where);
    if (answer === 'permission denied' && code !== exitCodes.done) {
      t.is(code, exitCodes.permission, `${where}: ${messages.join(' | ')}`);
    }
    await until(() => server.counters.openConnections === 0);
  }
  await server.stop();
}

const answered = test.macro({
  async exec(t, role: Role, answer: string) {
    t.timeout(120_000);
    // They wait most of the time, as plans do for the step of the server's clock. Too many at once would make a short silence
    // of this process one of the server.
    const atOnce = answer === 'silence' ? 3 : requests.length;
    const left = [...requests];
    const worker = async () => {
      for (let type = left.shift(); type; type = left.shift()) await tryRequest(t, role, type, answer);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  },
  title: (_, role, answer) => `${role}: each request answered by ${answer}`,
});

for (const role of ['source', 'target'] as const) {
  for (const answer of Object.keys(answers)) test.serial(answered, role, answer);
}

test('a home folder that is refused is no reason not to use an absolute path', async (t) => {
  const { folders, server, environment } = await newJob(t, 'source');
  server.faults.failAtRequest = { type: 'REALPATH', count: 1, status: 3, times: FOR_EVER };
  const { code, stderr } = await runCommand(['sync'], environment);
  t.is(code, 0, stderr);
  t.deepEqual(await treeOf(folders.target), { 'a/b.txt': 'content', 'c.txt': 'more' });
});

test('below ~ a home folder that is refused is named', async (t) => {
  const { server, environment } = await newJob(t, 'source');
  server.faults.failAtRequest = { type: 'REALPATH', count: 1, status: 3, times: FOR_EVER };
  const home = `sftp://${server.user}@${server.host}:${server.port}/~/in`;
  const { code, errors } = await runCommand(['sync'], { ...environment, SYNC_TASK_SOURCE: home });
  t.is(code, exitCodes.permission);
  t.regex(errors.join(), /home folder.*absolute path instead of ~/);
});

for (const role of ['source', 'target'] as const) {
  test(`the command ends when only the ${role} cannot be opened`, async (t) => {
    const { server, environment } = await newJob(t, role);
    server.faults.oddAnswerAtRequest = { type: 'limits@openssh.com', count: 1, answer: 99 };
    const { code, errors } = await runCommand(['sync'], environment);
    t.is(code, exitCodes.permanent);
    t.regex(errors.join(), /no SFTP/);
  });
}

/** A transform of the user's, which leaves something behind. */
async function leftBehind(t: ExecutionContext, left: string) {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a.txt', 'content');
  const own = join(dirname(source), 'own.mjs');
  await writeFile(
    own,
    `${left}\nexport default { name: 'own', version: 1, summary: 'changes nothing', apply: (input) => input };`,
  );
  return { target, ...(await runCommand(['sync', '--transform', own], environment)) };
}

test('what still holds the process behind its result is named, and ends', async (t) => {
  const { code, stderr, target } = await leftBehind(t, 'setInterval(() => undefined, 1000);');
  t.is(code, 0, stderr);
  t.deepEqual(await treeOf(target), { 'a.txt': 'content' });
  t.regex(stderr, /the process was held by .*Timeout/);
});

test('what is thrown where nobody can catch it ends with a result and a code of the contract', async (t) => {
  const { code, stderr, result } = await leftBehind(t, "setTimeout(() => { throw new Error('from afar'); });");
  t.is(code, exitCodes.permanent, stderr);
  t.regex(stderr, /internal error: from afar/);
  t.like(result, { command: 'sync', status: 'failed' });
});
