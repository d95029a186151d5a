/** The log of a batch: a line for each file at its end. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { timeLeftMs } from '../../src/cli/terminal/progress.ts';
import { newFolders, put, runCommand } from '../kit/job.ts';

test('each file has a line at its end, whatever became of it', async (t) => {
  const { source, target, environment } = await newFolders(t);
  await put(source, 'a', 'xyz');
  await put(source, 'b', 'x');
  await put(source, 'taken', 'x');
  await mkdir(join(target, 'taken'));
  const settings = { ...environment, SYNC_TASK_LOG_FORMAT: 'json' };
  await runCommand(['plan', '--run', 'r'], settings);
  const { stderr } = await runCommand(['run', '--run', 'r', '--batch', '1'], settings);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const told = lines.filter(({ tries }) => tries !== undefined);
  t.deepEqual(told.map(({ level, message, bytes, tries }) => [level, message.slice(0, 9), bytes, tries]).sort(), [
    ['error', 'failed: f', 1, 1],
    ['info', 'copied: a', 3, 1],
    ['info', 'copied: b', 1, 1],
  ]);
  for (const { seconds, message, why } of told) {
    t.true(seconds >= 0);
    if (message.startsWith('copied')) t.is(why, 'new');
  }
});

test('beyond a thousand, files are counted', async (t) => {
  const { source, environment } = await newFolders(t);
  await Promise.all(Array.from({ length: 1003 }, (_, number) => put(source, `f${number}`, '')));
  const { stderr } = await runCommand(['sync'], environment);
  t.is(stderr.match(/copied: f\d+/g)?.length, 1000);
  t.regex(stderr, /copied: 3 files more/);
});

test('the time left is that of the work done so far', (t) => {
  t.is(timeLeftMs(0, 5000), undefined);
  t.is(timeLeftMs(Number.NaN, 5000), undefined);
  t.is(timeLeftMs(0.25, 1000), 3000);
  t.is(timeLeftMs(1.2, 1000), 0);
});
