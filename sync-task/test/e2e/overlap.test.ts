/** Two processes on one state of SQLite: one waits or says who has it, and who only looks stands in nobody's way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { newFolders, put, runCommand, startCommand } from '../kit/job.ts';

/** A process that has the state, and lets go of it at its word. */
async function heldState(t: ExecutionContext, file: string) {
  const module = join(import.meta.dirname, '../../src/state/open.ts');
  const script = `const { openState } = await import(${JSON.stringify(module)});
    const state = await openState(${JSON.stringify(`sqlite:${file}`)}, undefined, 'holder');
    const pipeline = await state.pipeline('test');
    await state.beginPlan('held', pipeline.id, {});
    console.log('open'); process.stdin.once('data', async () => { await state[Symbol.asyncDispose](); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { pid: child.pid, letGo: () => void child.stdin.write('go\n') };
}

test('a second process ends with 75 and says who has the state; status reads beside it', async (t) => {
  const { state, environment } = await newFolders(t);
  const { pid } = await heldState(t, state);
  const second = await runCommand(['sync'], environment);
  t.is(second.code, 75, second.stderr);
  t.regex(second.errors.join(), new RegExp(`process ${pid} has it open since 20\\d\\d-.*--wait 10m`));
  const status = await runCommand(['status'], environment);
  t.is(status.code, 0, status.stderr);
  t.deepEqual(
    status.result.runs?.map(({ run }) => run),
    ['held'],
    'what was written a moment ago, and is in the log of the database alone',
  );
});

test('by another name of the same file it is the same state', async (t) => {
  const { state, environment } = await newFolders(t);
  const { pid } = await heldState(t, state);
  const other = join(dirname(state), 'other.db');
  await symlink(state, other);
  const linked = await runCommand(['sync'], { ...environment, SYNC_TASK_STATE: `sqlite:${other}` });
  t.is(linked.code, 75, linked.stderr);
  t.regex(linked.errors.join(), new RegExp(`process ${pid} has it open`));
  await link(state, join(dirname(state), 'hard.db'));
  const hard = await runCommand(['sync'], { ...environment, SYNC_TASK_STATE: `sqlite:${dirname(state)}/hard.db` });
  t.is(hard.code, 64, hard.stderr);
  t.regex(hard.errors.join(), /several names \(hard links\)/);
});

test('--wait: it goes on when the other one has ended, and not for ever', async (t) => {
  const { source, state, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  const { letGo } = await heldState(t, state);
  const short = await runCommand(['sync', '--wait', '1s'], environment);
  t.is(short.code, 75, short.stderr);
  const { child, ended } = startCommand(['sync', '--wait', '10m'], environment);
  for await (const said of child.stderr ?? []) if (String(said).includes('waiting up to 600 s: state sqlite:')) break;
  letGo();
  const waited = await ended;
  t.is(waited.code, 0, waited.stderr);
  t.is(waited.result.files.copied, 1);
});

test('a signal ends the waiting', async (t) => {
  const { state, environment } = await newFolders(t);
  await heldState(t, state);
  const { child, ended } = startCommand(['sync', '--wait', '10m'], environment);
  for await (const said of child.stderr ?? []) if (String(said).includes('waiting up to 600 s')) break;
  child.kill('SIGTERM');
  t.is((await ended).code, 143);
});

test('status makes no state, and changes none of an older version', async (t) => {
  const { state, environment } = await newFolders(t);
  const none = await runCommand(['status'], environment);
  t.is(none.code, 0, none.stderr);
  t.regex(none.stderr, /there is no state yet at sqlite:/);
  t.false((await readdir(dirname(state))).some((name) => name.startsWith('state.db')));
  t.is((await runCommand(['sync'], environment)).code, 0);
  const database = new DatabaseSync(state);
  database.exec('DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)');
  const { newest } = database.prepare('SELECT max(number) AS newest FROM migration').get() ?? {};
  database.close();
  const older = await runCommand(['status'], environment);
  t.is(older.code, 64, older.stderr);
  t.regex(older.errors.join(), /made by an older sync-task .*sync-task check, brings it up to date/);
  const after = new DatabaseSync(state);
  t.teardown(() => after.close());
  t.is(after.prepare('SELECT max(number) AS newest FROM migration').get()?.['newest'], newest);
});

test('status of a pipeline that is not known writes none', async (t) => {
  const { state, environment } = await newFolders(t);
  t.is((await runCommand(['sync'], environment)).code, 0);
  const other = await runCommand(['status', '--pipeline', 'other'], environment);
  t.deepEqual([other.code, other.result.runs], [0, []]);
  const database = new DatabaseSync(state);
  t.teardown(() => database.close());
  t.is(database.prepare('SELECT count(*) AS pipelines FROM pipeline').get()?.['pipelines'], 1);
});
