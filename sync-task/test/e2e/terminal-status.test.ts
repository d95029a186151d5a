import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { newFolders, put, runCommand, startCommand } from '../kit/job.ts';
import { openTerminal, terminalTest } from '../kit/terminal.ts';

const hostile = 'long folder name with blanks/gpj\u202e\x1b[2J\u6587\u4ef6.txt';

/** Two runs: one that left out a few, and one that copied more. */
async function twoRuns(t: ExecutionContext) {
  const folders = await newFolders(t);
  const { source, environment } = folders;
  await put(source, 'a.csv', 'a');
  await put(source, hostile, 'b');
  await put(source, 'skip.tmp', 'tmp');
  await put(source, 'young.csv', 'young', new Date().toISOString());
  await runCommand(['sync', '--run', 'one', '--exclude', '*.tmp', '--min-age', '1h'], environment);
  await put(source, 'c.csv', 'c');
  await runCommand(['sync', '--run', 'two', '--exclude', '*.tmp'], environment);
  return folders;
}

for (const columns of [60, 80, 200]) {
  terminalTest(`${columns} columns: tables of pipelines, runs, a run and a file, none wider`, async (t) => {
    const { environment, state } = await twoRuns(t);
    const show = async (...words: string[]) => {
      const terminal = await openTerminal(t, { columns }, ['status', ...words], environment);
      const { code, screen } = await terminal.ended();
      t.is(code, 0, screen);
      t.notRegex(screen, /[{}"\u202e]/, 'no JSON, and nothing hidden');
      return screen;
    };
    const runs = await show();
    t.regex(runs, /^pipeline test\nrun +state +copied .*failed/m);
    t.regex(runs, /^two +done +2 /m);
    t.regex(runs, /^one +done +2 /m);
    const one = await show('--run', 'one');
    t.regex(one, /^batch +state +files +bytes\n +1 +done +2 +2 B$/m);
    t.regex(one, /^deferred +why\nyoung\.csv +is younger than --min-age/m);
    t.regex(await show('--path', 'young.csv'), /left out last: deferred in run one .*\)\n +is younger than/);
    t.regex(await show('--path', hostile), /gpj\\u202e\\x1b\[2J\u6587\u4ef6\.txt[\s\S]*claimed[\s\S]*copied/);
    t.regex(
      await show('--path', 'skip.tmp'),
      /never copied\n {2}left out last: excluded in run two .*\n +matches --exclude/,
    );
    t.regex(await show('--path', 'nowhere'), /left out last: not-listed in run two/);
    const { SYNC_TASK_STATE = '' } = environment;
    const all = await openTerminal(t, { columns }, ['status'], { SYNC_TASK_STATE });
    t.regex((await all.ended()).screen, /^pipeline .*\ntest +.*done/m, state);
  });
}

terminalTest('status of a run with more files than fit tells of any one of them', async (t) => {
  const { source, environment } = await newFolders(t);
  for (let index = 0; index < 60; index++) await put(source, `f${index}`, 'x', new Date().toISOString());
  await runCommand(['sync', '--run', 'r', '--min-age', '1h'], environment);
  const screen = async (...words: string[]) =>
    (await (await openTerminal(t, { columns: 80 }, ['status', ...words], environment)).ended()).screen;
  t.regex(await screen('--run', 'r'), /and 40 more/);
  t.regex(await screen('--path', 'f59'), /left out last: deferred in run r/);
});

test('for programs status is JSON, with the last reason of a file, and all pipelines where none is named', async (t) => {
  const { environment, source } = await twoRuns(t);
  const path = async (name: string) => (await runCommand(['status', '--path', name], environment)).result.leftOut;
  t.like(await path('young.csv'), { run: 'one', decision: 'deferred' });
  t.like(await path('skip.tmp'), { run: 'two', decision: 'excluded', reason: 'matches --exclude' });
  t.like(await path('c.csv'), { run: 'one', decision: 'not-listed' });
  t.is(await path('a.csv'), undefined);
  await rm(join(source, 'a.csv'));
  const { SYNC_TASK_STATE = '' } = environment;
  const { result } = await runCommand(['status'], { SYNC_TASK_STATE });
  t.like(result.pipelines?.[0], { pipeline: 'test', source: `file://${source}` });
  // Each pipeline has a state of its own where none is named.
  const home = `${source}-states`;
  const { SYNC_TASK_STATE: _, ...stateless } = environment;
  for (const pipeline of ['first', 'second']) {
    await runCommand(['sync', '--pipeline', pipeline, '--target', `${stateless['SYNC_TASK_TARGET']}/${pipeline}`], {
      ...stateless,
      XDG_STATE_HOME: home,
    });
  }
  const both = await runCommand(['status'], { XDG_STATE_HOME: home });
  t.deepEqual(
    both.result.pipelines?.map(({ pipeline }) => pipeline),
    ['first', 'second'],
    both.stderr,
  );
});

terminalTest('--watch follows a run of another process to its end, beside it on SQLite', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a.bin', Buffer.alloc(9 * 1024 * 1024, 1));
  await put(source, 'b.bin', Buffer.alloc(9 * 1024 * 1024, 2));
  const other = startCommand(['sync', '--run', 'r', '--bwlimit', '2M', '--files', '1'], environment);
  const terminal = await openTerminal(t, { columns: 80 }, ['status', '--watch'], environment);
  await terminal.shows(/^r +running +[01] /m);
  const { code, screen } = await terminal.ended();
  t.is(code, 0);
  t.regex(screen, /^r +done +2 /m);
  t.notRegex(screen, /running/, 'it is drawn over');
  t.is((await other.ended).code, 0);
});
