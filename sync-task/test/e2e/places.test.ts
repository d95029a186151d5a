/** What was planned is what is done, and where: other settings, another place, two files for one path. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { hostileEnvironment } from '../faults/kit/places.ts';
import { type Environment, newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

const ways = { reason: (stderr: string) => JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}').reason };

/** Settings of a worker that are not those of its plan, and what the refusal names. */
const others: Readonly<Record<string, readonly [plan: Environment, run: Environment, named: RegExp]>> = {
  'no transforms': [{ SYNC_TASK_TRANSFORM: 'mask:token=secret' }, {}, /--transform was mask and is none/],
  'more transforms': [{}, { SYNC_TASK_TRANSFORM: 'newline' }, /--transform was none and is newline/],
  'another option': [
    { SYNC_TASK_TRANSFORM: 'mask:token=secret' },
    { SYNC_TASK_TRANSFORM: 'mask:token=other' },
    /--transform 1 \(mask\) has other options/,
  ],
  'another glob': [
    { SYNC_TASK_TRANSFORM: 'mask:token=secret' },
    { SYNC_TASK_TRANSFORM: 'mask:token=secret@*.csv' },
    /--transform 1 \(mask\)/,
  ],
  'another order': [
    { SYNC_TASK_TRANSFORM: 'newline\nmask:token=secret' },
    { SYNC_TASK_TRANSFORM: 'mask:token=secret\nnewline' },
    /--transform was newline, mask and is mask, newline/,
  ],
  'another treatment of strangers': [
    { SYNC_TASK_EXISTING: 'refuse' },
    { SYNC_TASK_EXISTING: 'replace' },
    /--existing was refuse and is replace/,
  ],
  'a weaker check': [{ SYNC_TASK_VERIFY: 'read-back' }, {}, /--verify was read-back and is size/],
};

for (const [title, [planned, now, named]] of Object.entries(others)) {
  test(`a worker with ${title} than its plan refuses, and touches nothing`, async (t) => {
    const { source, target, environment } = await newFolders(t);
    await put(source, 'a.txt', 'user secret logged in');
    t.is((await runCommand(['plan', '--run', 'r'], { ...environment, ...planned })).code, 0);
    for (const command of [
      ['run', '--run', 'r', '--batch', '1'],
      ['finish', '--run', 'r'],
      ['plan', '--run', 'r'],
    ]) {
      const { code, stderr } = await runCommand(command, { ...environment, ...now });
      t.is(code, 64, stderr);
      t.regex(stderr, named);
    }
    t.deepEqual(await treeOf(target), {});
    t.is((await runCommand(['run', '--run', 'r', '--batch', '1'], { ...environment, ...planned })).code, 0);
  });
}

test('a stronger check than planned is welcome, and a plan asked for with another selection is another plan', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a.txt', 'a');
  await runCommand(['plan', '--run', 'r'], environment);
  const selected = await runCommand(['plan', '--run', 'r', '--exclude', '*.csv'], environment);
  t.is(selected.code, 64);
  t.regex(selected.stderr, /one of --prefix, --include, --exclude/);
  t.is((await runCommand(['run', '--run', 'r', '--batch', '1', '--verify', 'read-back'], environment)).code, 0);
  t.is((await runCommand(['plan', '--run', 'r'], environment)).code, 0);
});

test('a pipeline pointed elsewhere refuses every command, and goes on where it is told how', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await put(source, 'b', 'b');
  t.is((await runCommand(['sync', '--run', 'one'], environment)).code, 0);
  const elsewhere = { ...environment, SYNC_TASK_TARGET: `file://${target}2` };
  const commands = [['sync'], ['plan'], ['check'], ['verify'], ['sync', '--dry-run'], ['finish', '--run', 'one']];
  for (const command of commands) {
    const { code, stderr } = await runCommand(command, elsewhere);
    t.is(code, 64, command.join());
    t.regex(stderr, /--new-target|was planned with other settings/);
  }
  const dry = await runCommand(['sync', '--new-target', '--dry-run'], elsewhere);
  t.deepEqual(
    dry.result.explain?.map(({ reason }) => reason),
    ['new-target', 'new-target'],
  );
  t.is((await runCommand(['sync'], environment)).code, 0, 'a dry run remembers nothing');
  const all = await runCommand(['sync', '--new-target', '--explain'], elsewhere);
  t.is(all.code, 0, all.stderr);
  t.like(all.result.files, { copied: 2, unchanged: 0 });
  t.deepEqual(await treeOf(`${target}2`), { a: 'a', b: 'b' });
  t.like((await runCommand(['sync', '--new-target'], elsewhere)).result.files, { copied: 0, unchanged: 2 });
  t.is((await runCommand(['sync'], environment)).code, 64);

  await rename(source, `${source}2`);
  const moved = { ...elsewhere, SYNC_TASK_SOURCE: `file://${source}2` };
  const refused = await runCommand(['sync', '--new-target'], moved);
  t.is(refused.code, 64);
  t.regex(refused.stderr, /reads from .*--same-files/);
  t.like((await runCommand(['sync', '--same-files'], moved)).result.files, { copied: 0, unchanged: 2 });
  t.like((await runCommand(['sync'], moved)).result.files, { copied: 0, unchanged: 2 });
});

test('a target that lost everything is no new one', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['sync'], environment);
  await rm(join(target, 'a'));
  const warned = await runCommand(['sync'], environment);
  t.is(warned.code, 0, 'files may be taken away from there');
  t.like(warned.result, { status: 'done', gates: [{ gate: 'empty-target', verdict: 'warned' }] });
  const empty = await runCommand(['sync', '--gate', 'empty-target=fail'], environment);
  t.is(empty.code, 65);
  t.like(empty.result, { status: 'refused', gates: [{ gate: 'empty-target', verdict: 'refused' }] });
  t.regex(empty.result.errors[0]?.message ?? '', /is its disk mounted\?.*--new-target.*--gate empty-target=off/);
  t.is((await runCommand(['sync', '--gate', 'empty-target=off'], environment)).code, 0);
  await put(source, 'b', 'b');
  t.is((await runCommand(['plan', '--run', 'r', '--accept', 'empty-target'], environment)).code, 0);
  await rm(target, { recursive: true });
  t.is((await runCommand(['run', '--run', 'r', '--batch', '1'], environment)).code, 65);
  t.is((await runCommand(['sync'], environment)).code, 65);
  t.deepEqual(await treeOf(target), {}, 'nothing was made where a disk may be missing');
  const anew = await runCommand(['sync', '--new-target'], environment);
  t.is(anew.code, 0, anew.stderr);
  t.deepEqual(await treeOf(target), { a: 'a', b: 'b' });
});

test('two files want one path: by what is written beside one, by what is gone from the source, by another pipeline', async (t) => {
  const { source, target, environment } = await newFolders(t);
  const schema = join(source, '../schema.yaml');
  await writeFile(schema, 'columns:\n  id:\n    type: integer\n    required: true\n');
  const validate = ['--transform', `csv-validate:schema=${schema},min-valid=0@a.csv`, '--transform', 'gunzip@*.gz'];
  await put(source, 'a.csv', 'id\n1\nbad\n');
  const first = await runCommand(['sync', ...validate], environment);
  t.is(first.code, 0, first.stderr);
  const rejected = (await treeOf(target))['a.csv.rejected.csv'];
  await rm(join(source, 'a.csv'));
  await put(source, 'a.csv.rejected.csv', 'id\n7\n');
  await put(source, 'a.csv.gz', '');
  await writeFile(join(source, 'a.csv.gz'), gzipSync('id\n9\n'));
  const second = await runCommand(['sync', ...validate], environment);
  t.is(second.code, 65);
  t.like(second.result.files, { copied: 0, refused: 2 });
  for (const { message } of second.result.errors) t.regex(message, /is that of a\.csv$/);
  t.deepEqual(await treeOf(target), { 'a.csv': 'id\n1\n', 'a.csv.rejected.csv': rejected ?? '' });

  const other = join(source, '../other');
  await put(other, 'a.csv', 'id\n5\n');
  await put(other, 'free.csv', 'id\n6\n');
  const neighbour = { ...environment, SYNC_TASK_PIPELINE: 'other', SYNC_TASK_SOURCE: `file://${other}` };
  const third = await runCommand(['sync', '--existing', 'replace'], neighbour);
  t.is(third.code, 65);
  t.like(third.result.files, { copied: 1, refused: 1 });
  t.regex(third.result.errors[0]?.message ?? '', /pipeline test delivers a\.csv to its place/);
  // One target below the other.
  await put(target, 'deep/kept', 'by hand');
  await put(source, 'deep/x', 'x');
  t.is((await runCommand(['sync', '--include', 'deep/**', ...validate], environment)).code, 0);
  const below = { ...neighbour, SYNC_TASK_PIPELINE: 'below', SYNC_TASK_TARGET: `file://${target}/deep` };
  await put(other, 'x', 'not x');
  t.is((await runCommand(['sync', '--include', 'x'], below)).code, 65);
  t.is((await treeOf(target))['deep/x'], 'x');
});

test('two pipelines that were planned before either ran: the second is refused', async (t) => {
  const { source, environment } = await newFolders(t);
  const other = join(source, '../other');
  await put(source, 'x', 'one');
  await put(other, 'x', 'two');
  const neighbour = { ...environment, SYNC_TASK_PIPELINE: 'other', SYNC_TASK_SOURCE: `file://${other}` };
  await runCommand(['plan', '--run', 'one'], environment);
  t.like((await runCommand(['plan', '--run', 'two'], neighbour)).result.files, { planned: 0, refused: 1 });
});

test('source and target that overlap are refused, through links too, unless the selection leaves it out', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a b', 'a b');
  await symlink(source, `${target}-link`);
  const overlaps = [source, `${target}-link`, `${source}/out`, `${target}-link/out`, join(source, '..')];
  for (const place of overlaps) {
    for (const command of [['sync'], ['check'], ['plan'], ['verify', '--repair'], ['sync', '--dry-run']]) {
      const args = [...command, '--pipeline', `p${place.replaceAll('/', '-')}`, '--target', `file://${place}`];
      const { code, stderr } = await runCommand(args, environment);
      t.is(code, 64, `${args.join(' ')}: ${stderr}`);
      t.is(ways.reason(stderr), 'overlap');
    }
  }
  t.deepEqual(await treeOf(source), { 'a b': 'a b' });
  const inside = ['sync', '--target', `file://${source}/out`, '--exclude', 'out/**'];
  for (let turn = 1; turn <= 2; turn++) t.is((await runCommand(inside, environment)).code, 0);
  t.deepEqual(await treeOf(source), { 'a b': 'a b', 'out/a b': 'a b' });
});

test('a server that shows the source, under another name or to another user, is no target', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await mkdir(join(source, 'in'));
  const server = await startSftpServer({ root: source });
  t.teardown(() => server.stop());
  const served = { ...environment, ...hostileEnvironment(server, 'TARGET') };
  for (const command of ['sync', 'check']) {
    const { code, stderr } = await runCommand([command], served);
    t.is(code, 64, stderr);
    t.is(ways.reason(stderr), 'overlap');
  }
  await put(source, 'in/b', 'b');
  const inside = { ...served, SYNC_TASK_TARGET: `${served['SYNC_TASK_TARGET']?.replace(/\/$/, '')}/in` };
  const around = { ...served, SYNC_TASK_SOURCE: `file://${source}/in` };
  for (const place of [inside, around]) {
    const { code, stderr } = await runCommand(['sync'], place);
    t.is(code, 64, stderr);
    t.is(ways.reason(stderr), 'overlap');
  }
  const both = { ...served, ...hostileEnvironment(server, 'SOURCE') };
  t.is((await runCommand(['sync'], both)).code, 64);
  t.deepEqual(await treeOf(source), { a: 'a', 'in/b': 'b' });
});

test('a sync with nothing to do fails where the target cannot be reached', async (t) => {
  const { environment } = await newFolders(t);
  const server = await startSftpServer({ root: environment['SYNC_TASK_TARGET']?.slice(7) as string });
  const served = { ...environment, ...hostileEnvironment(server, 'TARGET') };
  t.is((await runCommand(['sync', '--run', 'one'], served)).code, 0);
  await server.stop();
  const lost = { ...served, SYNC_TASK_RECONNECT: '0s', SYNC_TASK_CONNECT_TIMEOUT: '1s', SYNC_TASK_ATTEMPTS: '1' };
  t.is((await runCommand(['sync', '--run', 'two'], lost)).code, 75);
});
