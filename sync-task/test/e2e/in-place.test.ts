/** `--publish in-place`: files under their final names, with all that this costs said, and none of it untrue. */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { readFile, rename, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { hostileEnvironment } from '../faults/kit/places.ts';
import {
  type Environment,
  type Folders,
  newFolders,
  put,
  runCommand,
  startCommand,
  treeOf,
  until,
} from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { startOpenSsh } from '../kit/openssh.ts';
import type { SftpServerOptions } from '../kit/sftp-server/options.ts';
import { type SftpServer, startSftpServer } from '../kit/sftp-server/server.ts';

const inPlace = { SYNC_TASK_PUBLISH: 'in-place' };
const OLD = 'the old content';

interface Job extends Folders {
  readonly environment: Environment;
  readonly server: SftpServer;
}

async function sftpJob(t: ExecutionContext, options: Partial<SftpServerOptions> = {}): Promise<Job> {
  const folders = await newFolders(t);
  const server = await startSftpServer({ root: folders.target, ...options });
  t.teardown(() => server.stop());
  const environment = {
    ...folders.environment,
    ...hostileEnvironment(server, 'TARGET'),
    ...inPlace,
    SYNC_TASK_LEASE: '1s',
  };
  return { ...folders, environment, server };
}

/** Kills a sync once some of the file has arrived under its final name. */
async function killHalfway(t: ExecutionContext, { target, environment }: Job, path: string, size: number) {
  const { child, ended } = startCommand(['sync'], environment);
  const arrived = async () => (await stat(join(target, path)).catch(() => ({ size: 0 }))).size;
  await until(async () => {
    const bytes = await arrived();
    return bytes > 100_000 && bytes < size;
  });
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  t.true((await arrived()) < size);
}

async function syncUntilDone(t: ExecutionContext, environment: Environment) {
  let copied = 0;
  await until(async () => {
    const { result } = await runCommand(['sync'], environment); // once the dead worker's lease is over
    copied += result.files.copied;
    t.is(result.files.adopted, 0);
    return copied > 0;
  });
}

test('folder to folder: no draft, the old file written over where it stands, each loss named', async (t) => {
  const folders = await newFolders(t);
  const { source, target } = folders;
  const environment = { ...folders.environment, ...inPlace };
  for (const [path, content] of Object.entries({ 'd/a': 'new a', empty: '', 'd/e/big': 'b'.repeat(300_000) }))
    await put(source, path, content);
  await put(target, 'd/a', OLD);
  const { ino } = await stat(join(target, 'd/a'));
  const check = await runCommand(['check'], environment);
  t.is(check.code, 0, check.stderr);
  t.regex(check.stderr, /whole files only .*half of one that broke off/);
  t.is(check.result.weakened?.length, 5);
  t.deepEqual(Object.keys(await treeOf(target)), ['d/a']);
  const reports = join(folders.state, '../reports');
  const first = await runCommand(['sync', '--report-dir', reports], environment);
  t.is(first.code, 0, first.stderr);
  resultSchema.parse(first.result);
  t.is(first.result.weakened?.length, 5);
  t.regex(await readFile(join(reports, decodeURIComponent(first.result.report ?? '')), 'utf8'), /Promised less/);
  t.deepEqual(await treeOf(target), await treeOf(source));
  t.is((await stat(join(target, 'd/a'))).ino, ino);
  t.is((await stat(join(target, 'd/a'))).mtimeMs, (await stat(join(source, 'd/a'))).mtimeMs);
  t.like((await runCommand(['sync'], environment)).result.files, { unchanged: 3, copied: 0 });
  t.is((await runCommand(['verify', '--checksum', 'both'], environment)).code, 0);
});

test('never for objects, and never another way than planned', async (t) => {
  const folders = await newFolders(t);
  await put(folders.source, 'a', 'a');
  const bucket = await runCommand(['plan'], { ...folders.environment, ...inPlace, SYNC_TASK_TARGET: 's3://bucket/x' });
  t.is(bucket.code, 64);
  t.regex(bucket.stderr, /in-place is for SFTP and folders, and does nothing for s3:\/\/bucket\/x/);
  t.is((await runCommand(['plan', '--run', 'r'], folders.environment)).code, 0);
  const run = await runCommand(['run', '--run', 'r', '--batch', '1'], { ...folders.environment, ...inPlace });
  t.is(run.code, 64);
  t.regex(run.stderr, /--publish was rename and is in-place/);
  t.deepEqual(await treeOf(folders.target), {});
});

test('killed half-way: finish leaves the half as it is, and nothing takes it for whole', async (t) => {
  const job = await sftpJob(t, { faults: { delayMs: 20 } });
  const { source, target, environment } = job;
  const size = 30_000_000;
  await put(source, 'f', OLD);
  t.is((await runCommand(['sync'], environment)).code, 0);
  const before = await stat(join(source, 'f'));
  await put(source, 'f', Buffer.alloc(size, 'n'), '2024-03-02T00:00:00Z');
  await killHalfway(t, job, 'f', size);
  // It looks like the source as it was, and is not.
  await writeFile(join(source, 'f'), OLD);
  await utimes(join(source, 'f'), before.atime, before.mtime);
  await truncate(join(target, 'f'), OLD.length);
  await utimes(join(target, 'f'), before.atime, before.mtime);
  const half = await readFile(join(target, 'f'), 'utf8');
  await new Promise((resolve) => setTimeout(resolve, 1500)); // the lease of who was killed
  await runCommand(['check'], environment);
  t.is(await readFile(join(target, 'f'), 'utf8'), half);
  await syncUntilDone(t, environment);
  t.deepEqual(await treeOf(target), { f: OLD });
  t.is((await runCommand(['verify', '--checksum', 'both'], environment)).code, 0);
});

test('killed half-way with --existing refuse: the half is ours, what others put there is not', async (t) => {
  const job = await sftpJob(t, { faults: { delayMs: 20 } });
  const environment = { ...job.environment, SYNC_TASK_EXISTING: 'refuse' };
  await put(job.source, 'f', Buffer.alloc(30_000_000, 'n'));
  await killHalfway(t, { ...job, environment }, 'f', 30_000_000);
  await syncUntilDone(t, environment);
  t.deepEqual(await treeOf(job.target), await treeOf(job.source));
  await put(job.source, 'g', 'ours');
  await put(job.target, 'g', 'theirs');
  const refused = await runCommand(['sync'], environment);
  t.like(refused.result.files, { refused: 1, copied: 0 });
  t.is(await readFile(join(job.target, 'g'), 'utf8'), 'theirs');
});

test('a source that cannot be read leaves the old file; one that a transform refuses leaves no half', async (t) => {
  const { source, target, environment } = await sftpJob(t);
  await put(source, 'rows.csv', `a,b\n${'1,2\n'.repeat(400_000)}1,2,3\n`);
  await put(target, 'rows.jsonl', OLD);
  const refused = await runCommand(['sync', '--transform', 'csv-to-jsonl'], environment);
  t.true(refused.result.files.refused + refused.result.files.failed === 1, refused.stderr);
  const now = await treeOf(target);
  t.true(now['rows.jsonl'] === undefined || now['rows.jsonl'] === OLD, JSON.stringify(Object.keys(now)));
  await put(source, 'rows.csv', 'a,b\n1,2\n', '2024-04-01T00:00:00Z');
  t.is((await runCommand(['sync', '--transform', 'csv-to-jsonl'], environment)).result.files.copied, 1);
});

for (const where of ['folder', 'sftp'] as const) {
  test(`${where}: not through a link, nor into a pipe`, async (t) => {
    const folders = where === 'sftp' ? await sftpJob(t) : await newFolders(t);
    const { source, target } = folders;
    const environment = { ...folders.environment, ...inPlace };
    for (const path of ['link', 'pipe', 'plain']) await put(source, path, path);
    t.is((await runCommand(['sync'], environment)).code, 0);
    await rename(join(target, 'link'), join(target, 'elsewhere'));
    await symlink('elsewhere', join(target, 'link'));
    rmSync(join(target, 'pipe'));
    execFileSync('mkfifo', [join(target, 'pipe')]);
    for (const path of ['link', 'pipe', 'plain']) await put(source, path, 'newer', '2024-04-01T00:00:00Z');
    const { result, stderr } = await runCommand(['sync'], environment);
    t.like(result.files, { failed: 2, copied: 1 }, stderr);
    t.is(await readFile(join(target, 'elsewhere'), 'utf8'), 'link');
    t.true(result.errors.every(({ message }) => /is a symbolic link|is no regular file/.test(message)));
  });
}

test('its owner takes files away as soon as they are closed: done, and said', async (t) => {
  let closed = false;
  let root = '';
  const { source, target, environment } = await sftpJob(t, {
    onRequest(request) {
      if (request === 'CLOSE') closed = true;
      else if (closed && (request === 'LSTAT' || request === 'SETSTAT'))
        for (const name of root === '' ? [] : readdirSync(root)) rmSync(join(root, name), { recursive: true });
    },
  });
  root = target;
  for (const path of ['a', 'b', 'c']) await put(source, path, path.repeat(1000));
  const check = await runCommand(['check'], environment);
  t.is(check.code, 0, check.stderr);
  t.regex(check.stderr, /keeps what is written .*gone as soon as they are closed/);
  const first = await runCommand(['sync', '--verify', 'read-back'], environment);
  t.is(first.code, 0, first.stderr);
  t.is(first.result.files.copied, 3);
  t.regex(first.stderr, /was gone when it was looked at right behind that: taken away/);
  const { result } = await runCommand(['status', '--path', 'a'], environment);
  t.true(result.events?.some(({ event, detail }) => event === 'copied' && detail === 'taken-away'));
  t.is((await runCommand(['sync'], environment)).result.files.copied, 0);
  const verified = await runCommand(['verify', '--repair'], environment);
  t.is(verified.code, 0, verified.stderr);
  t.like(verified.result.verified?.found, { missing: 0, unverifiable: 3 });
  t.regex(verified.stderr, /taken away at the target as soon as it was written/);
});

needs('OpenSSH')('OpenSSH that forbids rename: check and run say so and name the way out, which works', async (t) => {
  const server = await startOpenSsh({ sftpServerOptions: '-P rename,posix-rename,hardlink' });
  t.teardown(() => server.stop());
  const folders = await newFolders(t);
  const environment = {
    ...folders.environment,
    SYNC_TASK_TARGET: `sftp://${server.user}@${server.host}:${server.port}${server.remoteRoot}`,
    SYNC_TASK_TARGET_PRIVATE_KEY: server.userKeys.plain.privateKey,
    SYNC_TASK_TARGET_KNOWN_HOSTS: server.knownHosts,
  };
  for (const path of ['a', 'd/b']) await put(folders.source, path, path);
  for (const command of ['check', 'sync']) {
    const { code, stderr } = await runCommand([command], environment);
    t.true(code === 77 || code === 65, `${command}: ${code} ${stderr}`);
    t.regex(stderr, /renamed.*ask its operator to allow rename, or run with --publish in-place/);
  }
  const check = await runCommand(['check'], { ...environment, ...inPlace });
  t.is(check.code, 0, check.stderr);
  const sync = await runCommand(['sync'], { ...environment, ...inPlace });
  t.is(sync.code, 0, sync.stderr);
  t.deepEqual(await treeOf(server.root), await treeOf(folders.source));
  for (const path of ['a', 'd/b']) await put(folders.source, path, `${path} newer`, '2024-04-01T00:00:00Z');
  t.is((await runCommand(['sync'], { ...environment, ...inPlace })).code, 0);
  t.deepEqual(await treeOf(server.root), await treeOf(folders.source));
});
