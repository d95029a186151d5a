import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { SyncError } from '../../src/errors.ts';
import { openState } from '../../src/state/open.ts';
import { sqliteDatabase } from '../../src/state/sqlite-database.ts';
import { stateContract } from '../contract/state.ts';

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

test('sqlite: a second process is told of Postgres at once, and a killed one leaves no lock', async (t) => {
  const file = await newFile(t);
  const module = join(import.meta.dirname, '../../src/state/open.ts');
  const script = `const { openState } = await import(${JSON.stringify(module)});
    await openState(${JSON.stringify(`sqlite:${file}`)}, undefined, 'holder');
    console.log('open'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const error = await t.throwsAsync(open(file), { instanceOf: SyncError });
  t.like(error, { kind: 'usage', reason: 'state-in-use' });
  t.regex(error?.message ?? '', /another process has it open.*--state postgres:/);
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  await using state = await open(file);
  t.is((await state.pipeline('x')).name, 'x');
});

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
