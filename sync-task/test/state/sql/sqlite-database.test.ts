import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../../src/base/errors.ts';
import { openState } from '../../../src/state/open.ts';
import { migrate } from '../../../src/state/sql/migrate.ts';
import { sqlState } from '../../../src/state/sql/sql-state.ts';
import { sqliteDatabase } from '../../../src/state/sql/sqlite-database.ts';
import { claimAll, LEASE_MS, planRun } from '../../contract/state/arrange.ts';
import { stateContract } from '../../contract/state.ts';

async function newFile(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'below', 'state.db');
}

stateContract(test, 'sqlite', async (t) => {
  const state = await openState(`sqlite:${await newFile(t)}`, undefined, 'test');
  t.teardown(() => state[Symbol.asyncDispose]());
  return { state, another: async () => state };
});

test('sqlite: in memory, with a time of its own', async (t) => {
  const database = sqliteDatabase(':memory:', { nowMs: () => 42 });
  t.teardown(() => database.close());
  t.deepEqual(await database.query(`SELECT ${database.dialect.nowMs} AS now`), [
    Object.assign(Object.create(null), { now: 42 }),
  ]);
});

const open = (file: string) => openState(`sqlite:${file}`, undefined, 'test');

test('sqlite: a second process is told who has it, and a killed one leaves no lock and no lease', async (t) => {
  const file = await newFile(t);
  const module = join(import.meta.dirname, '../../../src/state/open.ts');
  const script = `const { openState } = await import(${JSON.stringify(module)});
    const { planRun } = await import(${JSON.stringify(join(import.meta.dirname, '../../contract/state/arrange.ts'))});
    const state = await openState(${JSON.stringify(`sqlite:${file}`)}, undefined, 'holder');
    const pipelineId = await planRun(state, 'r', ['a', 'b']);
    const day = 24 * 3600 * 1000;
    await state.claim({ pipelineId, run: 'r', batch: 1, owner: 'dead', leaseMs: day, limit: 1 });
    console.log('open'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const error = await t.throwsAsync(open(file), { instanceOf: SyncError });
  t.like(error, { kind: 'transient', reason: 'state-in-use' });
  t.regex(error?.message ?? '', new RegExp(`process ${holder.pid} has it open since 20.*--state postgres:`));
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  await using state = await open(file);
  const { id } = await state.pipeline('test');
  const claims = await claimAll(state, id, 'me');
  t.deepEqual(
    claims.map(({ path, abandoned }) => [path, abandoned]),
    [
      ['a', { run: 'r', token: 1 }],
      ['b', undefined],
    ],
  );
  t.deepEqual(await state.takenOver(id), [], 'nobody who is frozen: the lock proves it');
});

test('sqlite: a lease from before the clock was put back holds nobody up', async (t) => {
  let nowMs = Date.now();
  const database = sqliteDatabase(':memory:', { nowMs: () => nowMs });
  t.teardown(() => database.close());
  await migrate(database);
  const state = sqlState(database);
  const id = await planRun(state, 'r', ['a', 'b']);
  await claimAll(state, id, 'ahead', { limit: 1 });
  nowMs -= LEASE_MS / 2;
  await claimAll(state, id, 'behind', { limit: 1 });
  const held = () => state.heldByOthers({ pipelineId: id, run: 'r', batch: 1, owner: 'me' });
  t.deepEqual(await claimAll(state, id, 'me'), [], 'a small step changes nothing');
  nowMs -= 24 * 3600 * 1000;
  t.deepEqual([...(await state.renew('behind', LEASE_MS)).keys()].sort(), ['b'], 'who lives goes on');
  t.deepEqual(await held(), { files: 2, firstEndsInMs: 0 });
  t.deepEqual(
    (await claimAll(state, id, 'me')).map(({ path }) => path),
    ['a'],
  );
  t.deepEqual([...(await state.renew('ahead', LEASE_MS)).keys()].sort(), []);
});

const refusals = [
  { what: 'full', pragma: 'PRAGMA max_page_count = 1', kind: 'permanent', reason: 'disk-full' },
  { what: 'read-only', pragma: 'PRAGMA query_only = ON', kind: 'permission', reason: 'state-rights' },
] as const;

for (const { what, pragma, kind, reason } of refusals) {
  test(`sqlite: one that is ${what} says so`, async (t) => {
    const database = sqliteDatabase(await newFile(t));
    t.teardown(() => database.close());
    await migrate(database);
    const state = sqlState(database);
    const id = await planRun(state, 'r', ['a']);
    await database.query(pragma);
    const many = Array.from({ length: 2000 }, (_, index) => `file ${index}`);
    t.like(await t.throwsAsync(planRun(state, 'r2', many), { instanceOf: SyncError }), { kind, reason });
    t.is((await state.run('r'))?.status, 'planned');
    t.is((await state.pipeline('test').catch(() => ({ id }))).id, id);
  });
}

test('sqlite: a file that is no database is left as it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sync-task-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'state.db');
  await writeFile(file, 'this is a letter, not a database. '.repeat(100));
  t.like(await t.throwsAsync(open(file), { instanceOf: SyncError }), { kind: 'permanent', reason: 'state-corrupt' });
});

test('sqlite: a database of a newer program is refused', async (t) => {
  const file = await newFile(t);
  await (await open(file))[Symbol.asyncDispose]();
  const database = new DatabaseSync(file);
  database.exec('INSERT INTO migration (number, at_ms) VALUES (999, 0)');
  database.close();
  t.like(await t.throwsAsync(open(file), { instanceOf: SyncError }), { kind: 'usage', reason: 'newer-state' });
});

test('sqlite: a folder that cannot be made', async (t) => {
  t.like(await t.throwsAsync(open('/dev/null/state.db'), { instanceOf: SyncError }), {
    kind: 'permission',
    reason: 'state-rights',
  });
});
