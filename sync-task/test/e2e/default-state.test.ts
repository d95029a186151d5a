/** Where nobody names a state, each pipeline has a file of its own, and what an earlier version remembered is not begun anew. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';

async function newPlaces(t: ExecutionContext) {
  const { source, target, environment } = await newFolders(t);
  const { SYNC_TASK_STATE: _, SYNC_TASK_PIPELINE: __, ...places } = environment;
  const home = join(dirname(source), 'states');
  // The command's own folder is this process's, where an earlier version would have kept its state.
  const here = join(dirname(source), 'here');
  await mkdir(here);
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    runCommand(args, { ...places, XDG_STATE_HOME: home, ...more }, { launcher: ['/usr/bin/env', '-C', here] });
  return { source, target, home, here, run, states: () => readdir(join(home, 'sync-task')) };
}

test('one file for each pipeline, wherever it is started', async (t) => {
  const { source, run, states, here } = await newPlaces(t);
  await put(source, 'a', 'a');
  t.is((await run(['sync', '--pipeline', 'one'])).result.files.copied, 1);
  t.is((await run(['sync', '--pipeline', 'Two/..'])).code, 0);
  t.deepEqual((await states()).filter((name) => name.endsWith('.db')).sort(), ['%54wo%2f...db', 'one.db']);
  t.deepEqual(await readdir(here), []);
  t.is((await run(['sync', '--pipeline', 'one'], { XDG_STATE_HOME: 'relative', HOME: here })).result.files.adopted, 1);
  t.true(existsSync(join(here, '.local/state/sync-task/one.db')));
});

test('a state of an earlier version goes on, with the line that moves it', async (t) => {
  const { source, here, run, home } = await newPlaces(t);
  await put(source, 'a', 'a');
  const old = join(here, '.sync-task/state.db');
  await run(['sync', '--state', `sqlite:${old}`]);
  t.true(existsSync(old));
  const next = await run(['sync']);
  t.is(next.result.files.unchanged, 1, next.stderr);
  t.regex(
    next.stderr,
    /sync-task state export --state sqlite:.*\.sync-task\/state\.db --pipeline \S+ --file moved.jsonl && sync-task state import/,
  );
  t.false(existsSync(join(home, 'sync-task')));
  const other = await run(['sync', '--pipeline', 'other']);
  t.is(other.result.files.adopted, 1, 'what the old one does not know has its own');
});

test('the image kept it in its volume', async (t) => {
  const { source, home, run } = await newPlaces(t);
  await put(source, 'a', 'a');
  await run(['sync', '--state', `sqlite:${home}/state.db`]);
  t.is((await run(['sync'])).result.files.unchanged, 1);
});

test('take-over: the file of the pipeline goes with it', async (t) => {
  const { source, home, run, states } = await newPlaces(t);
  await put(source, 'a', 'a');
  await run(['sync', '--pipeline', 'old']);
  await run(['sync', '--pipeline', 'there']);
  const taken = await run(['take-over', '--pipeline', 'there', '--from', 'old']);
  t.is(taken.code, 64, taken.stderr);
  t.is((await run(['take-over', '--pipeline', 'new', '--from', 'old'])).code, 0);
  t.deepEqual(
    (await states()).filter((name) => name.endsWith('.db')),
    ['new.db', 'there.db'],
  );
  t.is((await run(['sync', '--pipeline', 'new'])).result.files.unchanged, 1);
  // It died between the two.
  await run(['sync', '--pipeline', 'half']);
  await rename(join(home, 'sync-task/half.db'), join(home, 'sync-task/whole.db'));
  t.is((await run(['take-over', '--pipeline', 'whole', '--from', 'half'])).code, 0);
  t.is((await run(['sync', '--pipeline', 'whole'])).result.files.unchanged, 1);
});

test('two pipelines that deliver to one place see each other', async (t) => {
  const { source, target, run } = await newPlaces(t);
  await put(source, 'a', 'a');
  await put(`${source}-2`, 'a', 'another');
  t.is((await run(['sync'])).code, 0);
  const second = await run(['sync'], { SYNC_TASK_SOURCE: `file://${source}-2` });
  t.is(second.code, 65, second.stderr);
  t.is(second.result.files.refused, 1);
  t.regex(second.result.errors[0]?.message ?? '', /delivers a to its place at the target/);
  t.true(existsSync(join(target, 'a')));
});
