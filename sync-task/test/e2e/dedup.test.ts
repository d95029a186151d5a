/** Rows that stand in another file: left out while that one is published or about to be, never lost with it. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { hostileEnvironment } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, startCommand, treeOf, until } from '../kit/job.ts';
import { startPostgres } from '../kit/postgres.ts';
import { startSftpServer } from '../kit/sftp-server/server.ts';

const dedup = '--transform=dedup:key=id,across=runs,set=s,delimiter=comma@*.csv';

const csv = (...ids: readonly (string | number)[]) => `id\n${ids.map((id) => `${id}\n`).join('')}`;

async function sharedState(t: ExecutionContext) {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  return { SYNC_TASK_STATE: postgres.url, SYNC_TASK_STATE_PASSWORD: postgres.password };
}

test('keys count across files and runs, a file that is done again keeps its own', async (t) => {
  const { source, target, environment } = await newFolders(t);
  const sync = (...more: readonly string[]) => runCommand(['sync', '--files=1', dedup, ...more], environment);
  await put(source, 'a.csv', csv(1, 2, 2));
  await put(source, 'b.csv', csv(2, 3));
  const first = await sync();
  t.is(first.code, 0, first.stderr);
  t.deepEqual(await treeOf(target), { 'a.csv': csv(1, 2), 'b.csv': csv(3) });
  t.regex(first.stderr, /duplicate rows left out: 1, rows of other files left out: 0/);
  t.regex(first.stderr, /duplicate rows left out: 0, rows of other files left out: 1/);

  await put(source, 'c.csv', csv(3, 4, 1));
  await sync();
  t.is((await treeOf(target))['c.csv'], csv(4), 'another run');

  const forced = await sync('--force');
  t.is(forced.result.files.copied, 3, forced.stderr);
  t.deepEqual(await treeOf(target), { 'a.csv': csv(1, 2), 'b.csv': csv(3), 'c.csv': csv(4) }, 'done again');

  await put(source, 'a.csv', csv(2, 5), '2024-03-02T00:00:00Z');
  await sync();
  t.is((await treeOf(target))['a.csv'], csv(2, 5), 'a new version has what its old one had');
  await put(source, 'd.csv', csv(1, 2, 5));
  await sync();
  t.is((await treeOf(target))['d.csv'], csv(1), 'what a new version has no more is free');

  await rm(join(source, 'a.csv'));
  await put(source, 'e.csv', csv(5, 6));
  await sync();
  t.is((await treeOf(target))['e.csv'], csv(6), 'what vanished from the source stands at the target');
});

test('sets and pipelines are apart, and a file that fails has no keys', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a.csv', `${csv(1, 2)}3,too many\n`);
  await put(source, 'b.csv', csv(1, 2));
  const refused = await runCommand(['sync', '--files=1', dedup], environment);
  t.is(refused.code, 65, refused.stderr);
  t.deepEqual(await treeOf(target), { 'b.csv': csv(1, 2) }, 'a.csv was first, and is refused at its end');
  await put(source, 'c.csv', csv(1, 7));
  await runCommand(['sync', '--include=c.csv', dedup], { ...environment, SYNC_TASK_PIPELINE: 'other' });
  t.is((await treeOf(target))['c.csv'], csv(1, 7));
  await put(source, 'd.csv', csv(1, 8));
  await runCommand(['sync', '--include=d.csv', dedup.replace('set=s', 'set=t')], environment);
  t.is((await treeOf(target))['d.csv'], csv(1, 8));
});

test('a set goes with across=runs, and the other way round', async (t) => {
  const { environment } = await newFolders(t);
  for (const [options, message] of [
    ['across=runs', /across=runs needs it: a name for the files/],
    ['set=orders', /it goes with across=runs/],
    ['across=runs,set=a/b', /give a name such as orders/],
  ] as const) {
    const { code, errors } = await runCommand(['sync', `--transform=dedup:${options}`], environment);
    t.is(code, 64);
    t.regex(errors.join(), message);
  }
});

test('killed between taking keys and publishing: the next start has every row once', async (t) => {
  const { source, target, environment } = await newFolders(t);
  const count = 150_000;
  await put(source, 'a.csv', `id\n${Array.from({ length: count }, (_, index) => `${index}\n`).join('')}`);
  const server = await startSftpServer({ root: target, faults: { delayMs: 20 } });
  t.teardown(() => server.stop());
  const remote = {
    ...environment,
    ...hostileEnvironment(server, 'TARGET'),
    SYNC_TASK_LEASE: '1s',
  };
  const { child, ended } = startCommand(['sync', '--run', 'r', dedup], remote);
  await until(async () => (Object.values(await treeOf(target))[0]?.length ?? 0) > 100_000);
  child.kill('SIGKILL');
  t.is((await ended).signal, 'SIGKILL');
  // Another run has some of the rows meanwhile: what the dead worker took is free when its lease is over.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await put(source, 'b.csv', csv(5, 'x'));
  const other = await runCommand(['sync', '--run', 'r2', '--include=b.csv', dedup], remote);
  t.is(other.code, 0, other.stderr);
  t.is((await treeOf(target))['b.csv'], csv(5, 'x'));
  const again = await runCommand(['sync', '--run', 'r', dedup], remote);
  t.is(again.code, 0, again.stderr);
  const tree = await treeOf(target);
  t.deepEqual(Object.keys(tree), ['a.csv', 'b.csv']);
  const ids = Object.values(tree).flatMap((text) => text.split('\n').slice(1, -1));
  t.is(ids.length, count + 1);
  t.is(new Set(ids).size, count + 1);
});

for (const state of ['sqlite', 'postgres'] as const) {
  const processes = state === 'postgres' ? 3 : 1;
  test(`files that share most of their rows, all in transfer at once (${state}): every row once`, async (t) => {
    const { source, target, environment: folders } = await newFolders(t);
    const environment = { ...folders, ...(state === 'postgres' && (await sharedState(t))) };
    const files = 12;
    const rows = 3000;
    const all = new Set<string>();
    for (let file = 0; file < files; file++) {
      // Each one begins elsewhere, so that every two have what the other one wants.
      const ids = Array.from({ length: rows }, (_, index) => String((file * 500 + index * 7) % 5000));
      for (const id of ids) all.add(id);
      await put(source, `${file}.csv`, csv(...ids));
    }
    await put(source, 'refused.csv', `${csv(...Array.from({ length: rows }, (_, index) => index))}x,y\n`);
    const planned = await runCommand(['plan', '--run', 'r', dedup], environment);
    t.is(planned.code, 0, planned.stderr);
    const args = ['run', '--run', 'r', '--batch', '1', '--files=6', dedup];
    const outcomes = await Promise.all(Array.from({ length: processes }, () => runCommand(args, environment)));
    for (const { code, stderr } of outcomes) t.true(code === 65 || code === 0, stderr);
    const tree = await treeOf(target);
    t.is(Object.keys(tree).length, files, outcomes.map(({ stderr }) => stderr).join('\n'));
    const ids = Object.values(tree).flatMap((text) => text.split('\n').slice(1, -1));
    t.is(ids.length, new Set(ids).size, 'none twice');
    t.deepEqual(ids.sort(), [...all].sort(), 'none lost');
  });
}

for (const state of ['sqlite', 'postgres'] as const) {
  test(`hundreds of thousands of keys need constant memory (${state})`, async (t) => {
    const { environment: folders } = await newFolders(t);
    const environment = { ...folders, ...(state === 'postgres' && (await sharedState(t))) };
    const script = join(import.meta.dirname, '../kit/keys-memory.ts');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, environment['SYNC_TASK_STATE'] as string, '200000'],
      { env: { ...process.env, ...environment } },
    );
    const { rows, grownBytes } = JSON.parse(stdout) as { readonly rows: number; readonly grownBytes: number };
    t.is(rows, 200_000);
    t.true(grownBytes < 64 * 1024 * 1024, `grew by ${grownBytes} bytes`);
    t.log(`${Math.round(grownBytes / 1024 / 1024)} MiB`);
  });
}

test('large files, whose chain runs in a thread', async (t) => {
  const { source, target, environment } = await newFolders(t);
  const wide = 'x'.repeat(220);
  const rows = (ids: readonly number[]) => `id,text\n${ids.map((id) => `${id},${wide}\n`).join('')}`;
  const [first, second] = [0, 15_000].map((from) => Array.from({ length: 20_000 }, (_, index) => from + index));
  await put(source, 'a.csv', rows(first as number[]));
  t.true(rows(first as number[]).length > 4 * 1024 * 1024);
  await runCommand(['sync', dedup], environment);
  await put(source, 'b.csv', rows(second as number[]));
  const { code, result, stderr } = await runCommand(['sync', dedup], environment);
  t.is(code, 0, stderr);
  t.deepEqual(result.transforms, {
    dedup: { 'duplicate rows left out': 0, 'rows of other files left out': 5000 },
  });
  const tree = await treeOf(target);
  t.is(tree['a.csv'], rows(first as number[]));
  t.is(tree['b.csv'], rows((second as number[]).slice(5000)));
});
