/** A large file that broke off goes on where it was: by the command, with small segments. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Environment, newFolders, runCommand, type Started, startCommand, treeOf, until } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

const SEGMENT = 256 * 1024;
const SIZE = 24 * SEGMENT + 12_345;

/** Not periodic in any power of two, so that a piece at a wrong place shows. */
function pattern(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
  return content;
}

async function newJob(t: ExecutionContext, overSftp: boolean) {
  const { source, target, environment } = await newFolders(t);
  await writeFile(join(source, 'large.bin'), pattern(SIZE));
  const server = await startSftpServer({ root: overSftp ? target : source, faults: { delayMs: 20 } });
  t.teardown(() => server.stop());
  const role = overSftp ? 'TARGET' : 'SOURCE';
  const job = {
    ...environment,
    SYNC_TASK_CHECKPOINT_BYTES: String(SEGMENT),
    SYNC_TASK_BUFFER: String(SEGMENT),
    [`SYNC_TASK_${role}`]: `sftp://${server.user}@127.0.0.1:${server.port}/`,
    [`SYNC_TASK_${role}_PASSWORD`]: server.password,
    [`SYNC_TASK_${role}_HOST_KEY`]: server.hostKeyFingerprint,
    SYNC_TASK_LEASE: '1s',
  };
  return { source, target, job, faults: server.faults };
}

/** Starts the only batch and returns once segments are written down. */
async function startBatch(job: Environment): Promise<Started> {
  const started = startCommand(batch, { ...job, SYNC_TASK_LOG_LEVEL: 'debug' });
  let said = '';
  started.child.stderr?.on('data', (text: string) => {
    said += text;
  });
  const stored = () => Math.max(0, ...[...said.matchAll(/(\d+) bytes are stored/g)].map(([, bytes]) => Number(bytes)));
  await until(() => stored() >= 3 * SEGMENT || started.child.exitCode !== null);
  return started;
}

const batch = ['run', '--run', 'r', '--batch', '1'];

for (const [where, overSftp] of [
  ['an SFTP target', true],
  ['a folder', false],
] as const) {
  for (const ending of ['SIGKILL', 'SIGTERM'] as const) {
    test(`${ending} amid a file to ${where}: the next start sends the rest`, async (t) => {
      const { source, target, job } = await newJob(t, overSftp);
      t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
      const doomed = await startBatch(job);
      doomed.child.kill(ending);
      await doomed.ended;
      const again = await runCommand(batch, job);
      t.is(again.code, 0, again.stderr);
      t.true(again.result.bytes.resumed >= 3 * SEGMENT, `resumed at ${again.result.bytes.resumed}`);
      t.is(again.result.bytes.resumed % SEGMENT, 0);
      t.is(again.result.bytes.written, SIZE - again.result.bytes.resumed);
      t.is(again.result.bytes.read, SIZE - again.result.bytes.resumed);
      t.deepEqual(await treeOf(target), await treeOf(source));
    });
  }
}

test('transforms go on amid a file: the output is that of an unbroken run', async (t) => {
  const { source, target, job } = await newJob(t, true);
  const transforms = {
    SYNC_TASK_TRANSFORM:
      'mask:pattern=[a-z]{3\\,9},encoding=latin1,length=keep,nul=keep\nencoding:from=latin1,nul=keep\nnewline:to=crlf,nul=keep',
  };
  const plain = await newFolders(t);
  const unbroken = { ...plain.environment, SYNC_TASK_SOURCE: `file://${source}`, ...transforms };
  t.is((await runCommand(['sync'], unbroken)).code, 0);
  const changing = { ...job, ...transforms };
  t.is((await runCommand(['plan', '--run', 'r'], changing)).code, 0);
  const doomed = await startBatch(changing);
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  const again = await runCommand(batch, changing);
  t.is(again.code, 0, again.stderr);
  t.true(again.result.bytes.resumed >= 3 * SEGMENT, `resumed at ${again.result.bytes.resumed}`);
  t.true(again.result.bytes.read < SIZE - SEGMENT, `read ${again.result.bytes.read}`);
  t.deepEqual(await treeOf(target), await treeOf(plain.target));
  t.notDeepEqual(await treeOf(target), await treeOf(source));
});

test('a source that changed meanwhile starts from its beginning', async (t) => {
  const { source, target, job } = await newJob(t, true);
  t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
  const doomed = await startBatch(job);
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  await writeFile(join(source, 'large.bin'), pattern(SIZE).reverse());
  const again = await runCommand(['sync'], job);
  t.is(again.code, 0, again.stderr);
  t.is(again.result.bytes.resumed, 0);
  t.deepEqual(await treeOf(target), await treeOf(source));
});

for (const request of ['OPEN', 'WRITE'] as const) {
  test(`a server that refuses ${request} of a file that stands gets it from its beginning`, async (t) => {
    const { source, target, job, faults } = await newJob(t, true);
    t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
    const doomed = await startBatch(job);
    doomed.child.kill('SIGKILL');
    await doomed.ended;
    Object.assign(faults, { goesOnNever: request, delayMs: 0 });
    const again = await runCommand(batch, job);
    t.is(again.code, 0, again.stderr);
    t.is(again.result.files.copied, 1);
    t.is(again.result.bytes.resumed, 0);
    t.regex(again.stderr, /can't be gone on with/);
    t.deepEqual(await treeOf(target), await treeOf(source));
  });

  test(`its only try being in vain there (${request}), the next run does not go on with it`, async (t) => {
    const { source, target, job, faults } = await newJob(t, true);
    t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
    const doomed = await startBatch(job);
    doomed.child.kill('SIGKILL');
    await doomed.ended;
    Object.assign(faults, { goesOnNever: request, delayMs: 0 });
    t.is((await runCommand([...batch, '--attempts', '1'], job)).code, 75);
    const again = await runCommand(['run', '--run', 'r', '--batch', '1', '--attempts', '1'], job);
    t.is(again.code, 0, again.stderr);
    t.deepEqual(await treeOf(target), await treeOf(source));
  });
}

test('what nobody resumes is swept', async (t) => {
  const { source, target, job } = await newJob(t, true);
  t.is((await runCommand(['plan', '--run', 'r'], job)).code, 0);
  const doomed = await startBatch(job);
  doomed.child.kill('SIGTERM');
  await doomed.ended;
  t.is(Object.keys(await treeOf(target)).length, 1, 'it stands for whoever resumes it');
  t.is((await runCommand(['finish', '--run', 'r'], job)).code, 75);
  t.deepEqual(await treeOf(target), {});
  t.is(Object.keys(await treeOf(source)).length, 1);
});
