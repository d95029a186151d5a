/** `verify` as a user runs it: between folders with SQLite, and between real OpenSSH servers with Postgres. */
import { open, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext, type TestFn } from 'ava';
import type { Result } from '../../src/engine/result/result.ts';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { opensshPlace } from '../faults/kit/places.ts';
import { type Environment, newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';
import { type Postgres, startPostgres } from '../kit/postgres.ts';

interface Job {
  readonly source: string;
  readonly target: string;
  readonly environment: Environment;
}

let postgres: Postgres;
test.before(async () => {
  postgres = await startPostgres();
});
test.after.always(async () => {
  await postgres?.stop();
});

async function opensshJob(t: ExecutionContext): Promise<Job> {
  const [source, target] = await Promise.all([opensshPlace(t, 'SOURCE'), opensshPlace(t, 'TARGET')]);
  const environment = {
    ...source.environment,
    ...target.environment,
    SYNC_TASK_STATE: postgres.url,
    SYNC_TASK_STATE_PASSWORD: postgres.password,
    SYNC_TASK_PIPELINE: t.title.slice(0, 60),
  };
  return { source: source.root, target: target.root, environment };
}

const places: readonly (readonly [string, TestFn, (t: ExecutionContext) => Promise<Job>])[] = [
  ['folders, SQLite', test, newFolders],
  ['OpenSSH, Postgres', needs('OpenSSH'), opensshJob],
];

/** Another byte at that place, with the same size and time. */
async function flipByte(root: string, path: string, at: number): Promise<void> {
  const file = join(root, path);
  const { atime, mtime } = await stat(file);
  const opened = await open(file, 'r+');
  const byte = Buffer.alloc(1);
  await opened.read(byte, 0, 1, at);
  await opened.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, at);
  await opened.close();
  await utimes(file, atime, mtime);
}

function findingsOf({ verified }: Result): Record<string, string> {
  return Object.fromEntries((verified?.findings ?? []).map(({ path, finding }) => [path, finding]));
}

const transforms = [
  '--transform',
  'mask:token=secret@*.txt',
  '--transform',
  'gunzip@*.gz',
  '--checkpoint-bytes',
  '64KiB',
];

async function copiedJob(t: ExecutionContext, newJob: (t: ExecutionContext) => Promise<Job>): Promise<Job> {
  const job = await newJob(t);
  await put(job.source, 'plain', 'plain');
  await put(job.source, 'd/large', Buffer.alloc(300_000, 'large '));
  await put(job.source, 'd/masked.txt', `a secret ${'x'.repeat(100_000)}`);
  await put(job.source, 'd/packed.gz', gzipSync('a;b\n'));
  await put(job.source, 'empty', '');
  const synced = await runCommand(['sync', ...transforms], job.environment);
  t.is(synced.code, 0, synced.stderr);
  return job;
}

for (const [place, test, newJob] of places) {
  const verify = (environment: Environment, ...more: string[]) =>
    runCommand(['verify', ...transforms, ...more], environment);

  test.serial(`${place}: what was copied is found, at every level`, async (t) => {
    const { environment } = await copiedJob(t, newJob);
    for (const [checksum, readsBytes] of [
      ['none', false],
      ['target', true],
      ['both', true],
    ] as const) {
      const { code, result, stderr } = await verify(environment, '--checksum', checksum);
      t.is(code, 0, stderr);
      t.notThrows(() => resultSchema.parse(result));
      t.like(result, { command: 'verify', status: 'done', run: '', errors: [] });
      t.like(result.verified, { checksum, checked: 5, excluded: 0, findings: [], repaired: 0 });
      t.is(result.verified?.found.ok, 5);
      t.is(result.bytes.read > 0, readsBytes);
      t.is(result.bytes.written, 0);
    }
  });

  test.serial(`${place}: lost, cut, touched and flipped are told apart, and repaired`, async (t) => {
    const { source, target, environment } = await copiedJob(t, newJob);
    const whole = await treeOf(target);
    const damage = async () => {
      await rm(join(target, 'plain'));
      await truncate(join(target, 'd/packed'), 2);
      await flipByte(target, 'd/large', 200_000);
      await flipByte(target, 'd/masked.txt', 50_000);
    };
    await damage();
    await utimes(join(target, 'empty'), new Date(), new Date());

    const looked = await verify(environment);
    t.is(looked.code, 65);
    t.deepEqual(findingsOf(looked.result), {
      plain: 'missing',
      'd/packed.gz': 'size-differs',
      empty: 'time-differs',
    });
    const hashed = await verify(environment, '--checksum', 'target');
    t.is(hashed.code, 65);
    t.notThrows(() => resultSchema.parse(hashed.result));
    t.deepEqual(findingsOf(hashed.result), {
      plain: 'missing',
      'd/packed.gz': 'size-differs',
      'd/large': 'content-differs',
      'd/masked.txt': 'content-differs',
    });
    t.regex(hashed.errors.join('\n'), /d\/large: .* other bytes \(the first between 196608 and 262143\)/);
    const dry = await verify(environment, '--checksum', 'target', '--repair', '--dry-run');
    t.is(dry.code, 65);
    t.notDeepEqual(await treeOf(target), whole);

    const repaired = await verify(
      environment,
      '--checksum',
      'target',
      '--repair',
      '--run',
      `fix ${place}`.replace(/\W/g, '-'),
    );
    t.is(repaired.code, 0, repaired.stderr);
    t.notThrows(() => resultSchema.parse(repaired.result));
    t.like(repaired.result.files, { planned: 4, copied: 4, failed: 0 });
    t.is(repaired.result.verified?.repaired, 4);
    t.deepEqual(new Set(repaired.result.verified?.findings.map((each) => each.repaired)), new Set([true]));
    t.deepEqual(await treeOf(target), whole);
    t.is((await stat(join(target, 'd/large'))).mtimeMs, (await stat(join(source, 'd/large'))).mtimeMs);

    const touched = await verify(environment, '--repair');
    t.is(touched.code, 0);
    t.is(touched.result.verified?.repaired, 1, 'the time of the empty file');
    const again = await verify(environment, '--repair');
    t.is(again.code, 0);
    t.like(again.result, { run: '', status: 'done' });
    t.is(again.result.verified?.found.ok, 5);
    t.is((await runCommand(['sync', ...transforms], environment)).result.files.copied, 0);

    await damage();
    const selected = await verify(environment, '--checksum', 'target', '--prefix', 'd', '--exclude', '*.txt');
    t.deepEqual(findingsOf(selected.result), { 'd/packed.gz': 'size-differs', 'd/large': 'content-differs' });
    t.like(selected.result.verified, { checked: 2, excluded: 1 });
  });

  test.serial(`${place}: sources that changed or went are named, and are no reason to write`, async (t) => {
    const { source, target, environment } = await copiedJob(t, newJob);
    await put(source, 'plain', 'changed since', '2024-05-01T00:00:00Z');
    await rm(join(source, 'd/packed.gz'));
    const looked = await verify(environment);
    t.is(looked.code, 0, looked.stderr);
    t.deepEqual(findingsOf(looked.result), { plain: 'source-changed', 'd/packed.gz': 'source-gone' });

    // The same size and time, other content: only reading both sides tells.
    await flipByte(source, 'd/large', 10);
    await flipByte(source, 'd/masked.txt', 20);
    t.is((await verify(environment, '--checksum', 'target')).code, 0);
    const both = await verify(environment, '--checksum', 'both');
    t.is(both.code, 65);
    t.like(findingsOf(both.result), { 'd/large': 'source-differs', 'd/masked.txt': 'source-differs' });

    // Neither what changed at the source, nor what is gone there, nor what silently differs there is written over the target.
    await flipByte(target, 'd/large', 250_000);
    await flipByte(target, 'd/masked.txt', 250);
    await truncate(join(target, 'd/packed'), 1);
    await truncate(join(target, 'plain'), 1);
    const before = await treeOf(target);
    const repair = await verify(environment, '--checksum', 'target', '--repair');
    t.is(repair.code, 65);
    t.is(repair.result.verified?.repaired, 0);
    const said = repair.result.errors.map(({ path, message }) => `${path}: ${message}`).join('\n');
    t.regex(said, /d\/large: .*not repaired: its source has other content .*sync --force/);
    t.regex(said, /d\/masked.txt: .*not repaired: its source has other content/);
    t.regex(said, /d\/packed.gz: .*its source is gone; not repaired: there is nothing to copy it from/);
    t.regex(said, /plain: .*not repaired: its source has changed since; the next sync copies it/);
    t.deepEqual(await treeOf(target), before);
    t.is((await runCommand(['sync', ...transforms], environment)).code, 0);
    t.is((await readFile(join(target, 'plain'), 'utf8')).toString(), 'changed since');
  });
}

test.serial('nothing was copied yet: said so, and no error', async (t) => {
  const { environment } = await newFolders(t);
  const { code, result, stderr } = await runCommand(['verify', '--checksum', 'both', '--repair'], environment);
  t.is(code, 0);
  t.notThrows(() => resultSchema.parse(result));
  t.is(result.verified?.checked, 0);
  t.regex(stderr, /nothing was copied yet in pipeline test/);
});

test.serial('adopted files: their content was never seen, but can be compared with the source', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (const root of [source, target]) {
    await put(root, 'same', 'same');
    await put(root, 'other', 'other');
  }
  t.is((await runCommand(['sync'], environment)).result.files.adopted, 2);
  await flipByte(target, 'other', 0);
  t.is((await runCommand(['verify'], environment)).code, 0);
  const hashed = await runCommand(['verify', '--checksum', 'target'], environment);
  t.is(hashed.code, 0);
  t.is(hashed.result.verified?.found.unverifiable, 2);
  const both = await runCommand(['verify', '--checksum', 'both'], environment);
  t.is(both.code, 65);
  t.deepEqual(findingsOf(both.result), { other: 'content-differs' });
});

test.serial('a folder or a link in the place of a file', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await put(source, 'b', 'b');
  await runCommand(['sync'], environment);
  for (const name of ['a', 'b']) await rm(join(target, name));
  await put(target, 'a/precious', 'precious');
  await writeFile(join(target, 'elsewhere'), 'b');
  await symlink('elsewhere', join(target, 'b'));
  const looked = await runCommand(['verify'], environment);
  t.deepEqual(looked.result.verified?.findings.map(({ path, message }) => [path, message]).sort(), [
    ['a', 'a folder stands in its place'],
    ['b', 'a symbolic link stands in its place'],
  ]);
  const repair = await runCommand(['verify', '--repair'], environment);
  t.is(repair.code, 65);
  t.regex(repair.errors.join('\n'), /"a".* folder.*; move it away/);
  t.deepEqual(await treeOf(target), { 'a/precious': 'precious', b: 'b', elsewhere: 'b' });
});

test.serial('other transforms than when it was copied: its recorded place and digest hold all the same', async (t) => {
  const { target, environment } = await copiedJob(t, newFolders);
  const plain = await runCommand(['verify', '--checksum', 'both'], environment);
  t.is(plain.code, 0, plain.stderr);
  t.is(plain.result.verified?.found.ok, 5);
  await rm(join(target, 'd/packed'));
  const repair = await runCommand(['verify', '--repair'], environment);
  t.is(repair.code, 65);
  t.regex(repair.result.errors[0]?.message ?? '', /its transforms are others now; the next sync copies it with them/);
});
