/** A place that is wrong as a whole is one error; a source without times is looked into. */
import test from 'ava';
import { hostilePlace } from '../faults/kit/places.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';

test('a target that takes no file: one line, the right code, and the rest stays planned', async (t) => {
  const folders = await newFolders(t);
  for (let file = 0; file < 400; file++) await put(folders.source, `f${file}`, 'x');
  const place = await hostilePlace(t, `${folders.target}-sftp`, 'TARGET', {
    faults: { failAtRequest: { type: 'OPEN', count: 10, times: 1_000_000, status: 3 } },
  });
  const environment = { ...folders.environment, ...place.environment, SYNC_TASK_FILES: '8' };
  const { code, stderr, errors } = await runCommand(['sync', '--run', 'r'], environment);
  t.is(code, 77, stderr);
  t.true(stderr.trim().split('\n').length < 30, stderr);
  t.regex(errors.at(-1) ?? '', /permission denied; give the login this right; no other file was begun/);
  place.server.faults.failAtRequest = undefined;
  const mended = await runCommand(['sync'], environment);
  t.is(mended.code, 0, mended.stderr);
  t.is(Object.keys(await treeOf(place.root)).length, 400);
});

test('without times, size and content decide', async (t) => {
  const folders = await newFolders(t);
  const all = ['size', 'mode', 'times'] as const;
  const place = await hostilePlace(t, `${folders.source}-sftp`, 'SOURCE', {
    faults: { leavesOut: { READDIR: all, LSTAT: all, FSTAT: all } },
  });
  await put(place.root, 'folder/a', 'abc');
  await put(place.root, 'b', 'x');
  const environment = { ...folders.environment, ...place.environment };
  const run = async () => {
    const { code, stderr, result } = await runCommand(['sync'], environment);
    t.is(code, 0, stderr);
    return result.files;
  };
  t.like(await run(), { copied: 2 });
  t.like(await run(), { copied: 0, unchanged: 2 });
  await put(place.root, 'folder/a', 'xyz');
  t.like(await run(), { copied: 1, unchanged: 1 });
  t.deepEqual(await treeOf(folders.target), { b: 'x', 'folder/a': 'xyz' });
  t.regex(
    (await runCommand(['check', '--log-format', 'pretty'], environment)).stderr,
    /warn .*source .*time by nobody.*digest decide/,
  );
});
