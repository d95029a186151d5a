/** Keeping the state small, and a pipeline under another name. */
import test from 'ava';
import { resultSchema } from '../../src/engine/result/result-schema.ts';
import { newFolders, put, runCommand } from '../kit/job.ts';

test('prune forgets runs and copies nothing again; a renamed pipeline goes on where the old one was', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await runCommand(['sync', '--run', 'one'], environment);
  const kept = await runCommand(['prune', '--keep', '90d'], environment);
  t.is(kept.code, 0, kept.stderr);
  t.deepEqual(kept.result.pruned, { runs: 0, events: 0 });
  const pruned = await runCommand(['prune', '--keep', '1ms'], environment);
  t.notThrows(() => resultSchema.parse(pruned.result));
  t.deepEqual(pruned.result.pruned, { runs: 1, events: 3 });
  t.deepEqual((await runCommand(['status'], environment)).result.runs, []);

  const renamed = { ...environment, SYNC_TASK_PIPELINE: 'new' };
  const taken = await runCommand(['take-over', '--from', 'test'], renamed);
  t.is(taken.code, 0, taken.stderr);
  t.like((await runCommand(['sync'], renamed)).result.files, { copied: 0, unchanged: 1 });
  t.is((await runCommand(['take-over', '--from', 'test'], renamed)).code, 64);
  t.is((await runCommand(['prune', '--keep', 'long'], environment)).code, 64);
});
