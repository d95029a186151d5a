/** What a user can get wrong: one line that says what, where and what to do next, and the right exit code. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { hostileEnvironment } from '../faults/kit/places.ts';
import { type Environment, newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { needsNo } from '../kit/needs.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

const PASSWORD = 'hunter2-is-secret';

interface Case {
  readonly args: readonly string[];
  readonly environment?: Environment;
  readonly code: number;
  readonly says: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  'no command': { args: [], code: 64, says: /name a command: sync, check, plan/ },
  'an unknown command': { args: ['snyc'], code: 64, says: /Did you mean sync\?/ },
  'an unknown option': {
    args: ['sync', '--bacth-files', '3'],
    code: 64,
    says: /--bacth-files: .*did you mean --batch-files\?/,
  },
  'run without a run': { args: ['run', '--batch', '1'], code: 64, says: /--run: say it, this command needs it/ },
  'no source': { args: ['sync'], environment: { SYNC_TASK_SOURCE: '' }, code: 64, says: /--source: it is missing/ },
  'a bad URL': { args: ['sync', '--source', 'not a url'], code: 64, says: /--source: it is no URL; write sftp:/ },
  'an unknown scheme': {
    args: ['sync', '--source', 'ftp://h/x'],
    code: 64,
    says: /the scheme ftp is not known; known are az, file, .*sftp/,
  },
  'a password in a URL': {
    args: ['sync', '--source', `sftp://me:${PASSWORD}@host/x`],
    code: 64,
    says: /a password does not belong in a URL; take it out and set SYNC_TASK_SOURCE_PASSWORD/,
  },
  'a password in the state URL': {
    args: ['sync'],
    environment: { SYNC_TASK_STATE: `postgres://me:${PASSWORD}@host/db` },
    code: 64,
    says: /SYNC_TASK_STATE: a password does not belong in a URL/,
  },
  'a password as a flag': {
    args: ['sync', `--source-password=${PASSWORD}`],
    code: 64,
    says: /set SYNC_TASK_SOURCE_PASSWORD or/,
  },
  'an unknown transform': {
    args: ['sync', '--transform', 'maks:token=x'],
    code: 64,
    says: /maks.*did you mean mask\?/i,
  },
  'a wrong option of a transform': { args: ['sync', '--transform', 'mask:tokn=x'], code: 64, says: /mask.*tokn/ },
  'a size that is none': {
    args: ['sync', '--buffer', 'lots'],
    code: 64,
    says: /--buffer: "lots" is not a size above 0 such as 64MiB/,
  },
  'a choice that is none': {
    args: ['sync', '--existing', 'keep'],
    code: 64,
    says: /"keep" is not one of adopt, replace, refuse/,
  },
  'a prefix that leads out': {
    args: ['sync', '--prefix', '../etc'],
    code: 64,
    says: /not a relative folder without "\.\."/,
  },
  'a configuration file that is not there': {
    args: ['sync', '--config', '/nonexistent.yaml'],
    code: 64,
    says: /cannot be read \(ENOENT\)/,
  },
  'a state that cannot be reached': {
    args: ['sync'],
    environment: { SYNC_TASK_STATE: 'postgres://me@127.0.0.1:1/db', SYNC_TASK_STATE_PASSWORD: PASSWORD },
    code: 75,
    says: /state postgres:\/\/me@127\.0\.0\.1:1\/db: cannot be reached/,
  },
  'a server that cannot be reached': {
    args: ['sync', '--source', 'sftp://me@127.0.0.1:1/x'],
    environment: { SYNC_TASK_SOURCE_PASSWORD: PASSWORD },
    code: 75,
    says: /source 127\.0\.0\.1:1: cannot connect \(connection refused\)/,
  },
  'a run that does not exist': {
    args: ['run', '--run', 'none', '--batch', '1'],
    code: 64,
    says: /run none does not exist in sqlite:/,
  },
  'a batch number that is none': {
    args: ['run', '--run', 'r', '--batch', 'x'],
    code: 64,
    says: /--batch: "x" is no batch number/,
  },
  'a source folder that is not there': {
    args: ['sync', '--source', 'file:///nonexistent/out'],
    code: 65,
    says: /does not exist/,
  },
};

for (const [what, { args, environment, code, says }] of Object.entries(cases)) {
  test(`bad input: ${what}`, async (t) => {
    const folders = await newFolders(t);
    const resultFile = join(folders.state, '..', 'result.json');
    const outcome = await runCommand(args, { ...folders.environment, SYNC_TASK_RESULT: resultFile, ...environment });
    t.is(outcome.code, code, outcome.stderr);
    t.is(outcome.errors.length, 1, outcome.stderr);
    t.regex(outcome.errors[0] ?? '', says);
    t.false(outcome.errors[0]?.includes('\n'));
    t.false(`${outcome.stdout}${outcome.stderr}`.includes(PASSWORD));
    t.false(outcome.stderr.includes('    at '), 'a stack trace is for --log-level debug');
    t.is(outcome.result.status, 'failed');
    t.notThrows(() => resultSchema.parse(outcome.result));
    t.deepEqual(JSON.parse(await readFile(resultFile, 'utf8')), outcome.result);
  });
}

test('bad input: a batch that does not exist', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['plan', '--run', 'r'], environment);
  const outcome = await runCommand(['run', '--run', 'r', '--batch', '9'], environment);
  t.is(outcome.code, 64);
  t.regex(outcome.errors[0] ?? '', /run r has no batch 9; its batches: sync-task status --run r/);
});

test('bad input: an error in the configuration file names the line', async (t) => {
  const { environment, state } = await newFolders(t);
  const file = join(state, '..', 'job.yaml');
  await writeFile(file, 'batchFiles: 10\nbacthBytes: 10\n');
  const outcome = await runCommand(['sync', '--config', file], environment);
  t.is(outcome.code, 64);
  t.regex(outcome.errors[0] ?? '', /job\.yaml, line 2: bacthBytes is no option; did you mean batch-bytes\?/);
});

test('bad input: a second process on one SQLite file is told of Postgres', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['sync'], environment);
  const holder = new DatabaseSync(environment['SYNC_TASK_STATE']?.slice('sqlite:'.length) ?? '');
  holder.exec('BEGIN EXCLUSIVE');
  const outcome = await runCommand(['sync'], environment);
  holder.close();
  t.is(outcome.code, 75);
  t.regex(outcome.errors[0] ?? '', /another process has it open.*postgres:\/\//);
});

test('bad input: wrong password and unknown host key', async (t) => {
  const { source, environment } = await newFolders(t);
  const server = await startSftpServer({ root: source });
  t.teardown(() => server.stop());
  const sftp = { ...environment, SYNC_TASK_SOURCE: `sftp://${server.user}@127.0.0.1:${server.port}/` };
  const known = { ...sftp, SYNC_TASK_SOURCE_HOST_KEY: server.hostKeyFingerprint };
  const password = await runCommand(['check'], { ...known, SYNC_TASK_SOURCE_PASSWORD: PASSWORD });
  t.is(password.code, 77);
  t.regex(password.errors.join(), /was not let in; check the user name and SYNC_TASK_SOURCE_PASSWORD/);
  t.false(password.stderr.includes(PASSWORD));
  const unknown = await runCommand(['check'], { ...sftp, SYNC_TASK_SOURCE_PASSWORD: server.password });
  t.is(unknown.code, 77);
  t.regex(unknown.errors.join(), /set SYNC_TASK_SOURCE_HOST_KEY/);
});

test('bad input: a source folder on a server that is not there', async (t) => {
  const { source, environment } = await newFolders(t);
  const server = await startSftpServer({ root: source });
  t.teardown(() => server.stop());
  const outcome = await runCommand(['sync'], {
    ...environment,
    SYNC_TASK_SOURCE: `sftp://${server.user}@127.0.0.1:${server.port}/no/such/folder`,
    SYNC_TASK_SOURCE_PASSWORD: server.password,
    SYNC_TASK_SOURCE_HOST_KEY: server.hostKeyFingerprint,
  });
  t.is(outcome.code, 65);
  t.regex(outcome.errors.join(), /cannot list its root: it does not exist; check the path/);
});

const isRoot = process.getuid?.() === 0;
/** Takes from root what lets it pass over the rights of files. */
const withoutRootsRights = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

test('bad input: no right to write at the target', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const server = await startSftpServer({ root: target, faults: {} });
  t.teardown(() => server.stop());
  const job = { ...environment, ...hostileEnvironment(server, 'TARGET') };
  t.is((await runCommand(['sync'], job)).code, 0);
  await put(source, 'b', 'b');
  server.faults.failAtRequest = { type: 'OPEN', count: 1, status: 3 };
  const outcome = await runCommand(['sync'], job);
  t.is(outcome.code, 77, outcome.stderr);
  t.regex(outcome.errors.join(), /cannot write "b": permission denied; give the login this right/);
});

test('bad input: a folder of the target that may not be written', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await chmod(target, 0o555);
  const outcome = await runCommand(['sync'], environment, isRoot ? { launcher: withoutRootsRights } : {});
  t.is(outcome.code, 77, outcome.stderr);
});

const mount = mkdtempSync(join(tmpdir(), 'sync-task-full-'));
const fullDiskTest = needsNo(mountSmall(mount));
test.after.always(() => {
  spawnSync('umount', [mount]);
  rmSync(mount, { recursive: true, force: true });
});

/** Returns why it cannot, else undefined. */
function mountSmall(folder: string): string | undefined {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  return status === 0 ? undefined : 'a small tmpfs: run it as root, where mounting is allowed';
}

fullDiskTest('bad input: a full disk', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'large', Buffer.alloc(3 * 1024 * 1024, 1));
  await put(source, 'small', 'small');
  await put(mount, 'large', 'the old file');
  const outcome = await runCommand(['sync'], { ...environment, SYNC_TASK_TARGET: `file://${mount}` });
  t.is(outcome.code, 65, outcome.stderr);
  t.regex(outcome.errors.join(), /large.*(full|space)/);
  t.deepEqual(await treeOf(mount), { large: 'the old file', small: 'small' });
});
