/** Whoever reads the output stops reading: a closed terminal, `| head`, a log collector that died. The work goes on. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { openState } from '../../src/state/open.ts';
import { newFolders, put, startCommand, treeOf } from '../kit/job.ts';
import { needs } from '../kit/needs.ts';

const FILES = 60;

async function endsWell(t: ExecutionContext, close: readonly ('stdout' | 'stderr')[]): Promise<void> {
  const { source, target, environment } = await newFolders(t);
  for (let number = 0; number < FILES; number++) await put(source, `f${number}`, `${number}`);
  const { child, ended } = startCommand(['sync', '--run', 'r', '--log-level', 'debug'], environment);
  for (const stream of close) child[stream]?.destroy();
  const { code, signal } = await ended;
  t.deepEqual({ code, signal }, { code: 0, signal: null });
  t.deepEqual(await treeOf(target), await treeOf(source));
  await using state = await openState(environment['SYNC_TASK_STATE'] ?? '', undefined, 'test');
  const { id } = await state.pipeline('test');
  t.is(await state.countAbandoned(id, 1), 0, 'every claim was given back');
  t.is((await state.run('r'))?.status, 'done');
}

test('nobody reads the log any more', endsWell, ['stderr']);
test('nobody reads the result any more', endsWell, ['stdout']);
test('nobody reads anything any more', endsWell, ['stdout', 'stderr']);

needs('/dev/full')('the result goes to a full disk: said in one line, with a code that fails', async (t) => {
  const { environment } = await newFolders(t);
  const command = `"$0" sync-task/src/bin.ts sync >/dev/full`;
  const child = spawn('/bin/sh', ['-c', command, process.execPath], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = await text(child.stderr);
  t.is(child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve))), 64);
  t.regex(said, /the result cannot be written to stdout \(ENOSPC\); check where it is redirected to/);
});
