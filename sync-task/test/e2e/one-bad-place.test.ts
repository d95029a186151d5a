/** A place that cannot be looked at is named and counted, and stops nothing else. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { exitCodes } from '../../src/base/errors.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

/** Deeper than a path may be long. */
async function makeTooDeep(t: ExecutionContext, root: string): Promise<void> {
  const before = process.cwd();
  t.teardown(() => {
    process.chdir(before);
    execFileSync('rm', ['-rf', join(root, 'x'.repeat(250))]); // Node cannot
  });
  process.chdir(root);
  for (let depth = 0; depth < 18; depth++) {
    const name = 'x'.repeat(250);
    await mkdir(name);
    process.chdir(name);
  }
  await writeFile('deep', '');
  process.chdir(before);
}

test.serial(
  'a folder that is too deep is named, and what is beside it is copied, on this run and the next',
  async (t) => {
    const { source, target, environment } = await newFolders(t);
    await put(source, 'a.txt', 'content');
    await makeTooDeep(t, source);
    for (const unchanged of [0, 1]) {
      const { code, result, stderr } = await runCommand(
        ['sync', '--report-dir', join(dirname(source), 'reports')],
        environment,
      );
      t.is(code, exitCodes.permanent, stderr);
      t.deepEqual(await treeOf(target), { 'a.txt': 'content' });
      t.like(result, { status: 'partial', files: { copied: 1 - unchanged, unchanged, failed: 1, refused: 0 } });
      t.deepEqual(
        result.errors.map(({ reason }) => reason),
        ['name-too-long'],
      );
      t.truthy(result.report);
    }
    const { code } = await runCommand(['sync', '--exclude', 'xxx*/**'], environment);
    t.is(code, 0, 'excluded by name');
  },
);

async function remoteJob(t: ExecutionContext) {
  const { source, target, environment } = await newFolders(t);
  for (const path of ['a/1.txt', 'b/1.txt', 'c/1.txt', 'd.txt']) await put(source, path, path);
  const server = await startSftpServer({ root: source });
  t.teardown(() => server.stop());
  const settings = {
    ...environment,
    SYNC_TASK_SOURCE: `sftp://${server.user}@${server.host}:${server.port}/`,
    SYNC_TASK_SOURCE_PASSWORD: server.password,
    SYNC_TASK_SOURCE_KNOWN_HOSTS: server.knownHosts,
  };
  return { server, target, settings };
}

for (const [status, code, kind] of [
  [3, exitCodes.permission, 'permission'],
  [4711, exitCodes.permanent, 'permanent'],
] as const) {
  test(`a folder that the server refuses to list (${status}) is named, and gates do not take its files for missing`, async (t) => {
    const { server, target, settings } = await remoteJob(t);
    const failAtRequest = { type: 'OPENDIR', count: 3, status };
    server.faults.failAtRequest = failAtRequest;
    const ended = await runCommand(['sync', '--gate', 'few-files=fail:4'], settings);
    t.is(ended.code, code, ended.stderr);
    t.is(Object.keys(await treeOf(target)).length, 3);
    t.like(ended.result, { status: 'partial', files: { copied: 3, failed: 1 } });
    t.like(ended.result.errors[0], { kind });
    t.regex(ended.result.errors[0]?.message ?? '', /cannot list "[abc]"/);
    t.deepEqual(
      ended.result.gates?.map(({ verdict }) => verdict),
      ['warned'],
    );
    const again = await runCommand(['sync', '--gate', 'few-files=fail:4'], settings);
    t.is(again.code, 0, again.stderr);
    t.is(Object.keys(await treeOf(target)).length, 4);
  });
}

test('a folder that vanishes while it is listed is no failure', async (t) => {
  const { server, settings } = await remoteJob(t);
  server.faults.failAtRequest = { type: 'OPENDIR', count: 3, status: 2 };
  const { code, result } = await runCommand(['sync'], settings);
  t.is(code, 0);
  t.like(result.files, { copied: 3, failed: 0 });
});

test('a transform that fails for one name refuses that file alone, with a report', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (const path of ['a.txt', 'bad.txt', 'c.txt']) await put(source, path, path);
  const own = join(dirname(source), 'own.mjs');
  await writeFile(
    own,
    `export default { name: 'own', version: 1, summary: 'changes names', apply: (input) => input,
      outputName(name) { if (name === 'bad.txt') throw new TypeError('no such name'); return name; } };`,
  );
  const reports = join(dirname(source), 'reports');
  const { code, result, stderr } = await runCommand(['sync', '--transform', own, '--report-dir', reports], environment);
  t.is(code, exitCodes.permanent, stderr);
  t.deepEqual(Object.keys(await treeOf(target)), ['a.txt', 'c.txt']);
  t.like(result, { status: 'partial', files: { copied: 2, refused: 1 } });
  t.deepEqual(
    result.errors.map(({ path }) => path),
    ['bad.txt'],
  );
  t.truthy(result.report);
});

test('a place at the target that cannot be looked at is named on every run, which is counted and reported', async (t) => {
  const { source, target, environment } = await newFolders(t);
  const long = `${'n'.repeat(250)}.csv`;
  for (const path of ['a.txt', long]) await put(source, path, path);
  const reports = join(dirname(source), 'reports');
  for (const more of [[], ['--exclude', '*.csv']]) {
    const words = ['sync', '--transform', 'gzip@*.csv', '--report-dir', reports, ...more];
    const { result, stderr } = await runCommand(words, environment);
    t.not(result.status, 'failed', stderr);
    t.is(result.files.copied + result.files.unchanged, 1);
    t.truthy(result.report);
  }
  t.deepEqual(await treeOf(target), { 'a.txt': 'a.txt' });
});
