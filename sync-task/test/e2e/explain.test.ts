import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Explanation } from '../../src/engine/result/result.ts';
import { newFolders, put, runCommand, treeOf } from '../kit/job.ts';
import { openTerminal, terminalTest } from '../kit/terminal.ts';

const flags = ['--exclude', '*.tmp', '--min-age', '1h', '--marker', '{name}.done'];

test('explain says what the next run would do with one file and why, and changes nothing', async (t) => {
  const { source, target, environment } = await newFolders(t);
  for (const name of ['same.csv', 'grown.csv']) await put(source, name, 'a');
  for (const name of ['same.csv', 'grown.csv', 'new.csv']) await put(source, `${name}.done`, '');
  await runCommand(['sync', ...flags, '--run', 'one'], environment);
  await put(source, 'grown.csv', 'aaa');
  await put(source, 'new.csv', 'n');
  await put(source, 'x.tmp', 't');
  await put(source, 'young.csv', 'y', new Date().toISOString());
  await put(source, 'waiting.csv', 'w');
  await symlink('same.csv', join(source, 'link'));
  const before = await treeOf(target);
  const cases: Readonly<Record<string, readonly [Explanation['decision'], RegExp]>> = {
    'same.csv': ['unchanged', /as it was last copied/],
    './grown.csv': ['copy', /^size-changed: it had 1 bytes/],
    'new.csv': ['copy', /^new: it was never copied/],
    'x.tmp': ['excluded', /--exclude/],
    'young.csv': ['deferred', /--min-age/],
    'waiting.csv': ['deferred', /its marker waiting\.csv\.done/],
    'same.csv.done': ['excluded', /is a marker/],
    link: ['skipped', /symbolic link/],
    'link/below': ['skipped', /symbolic link/],
    nowhere: ['not-listed', /has no such file/],
  };
  for (const [path, [decision, reason]] of Object.entries(cases)) {
    const { code, result, stderr } = await runCommand(['explain', path, ...flags], environment);
    t.is(code, 0, stderr);
    t.is(result.explain?.length, 1);
    t.is(result.explain?.[0]?.decision, decision, path);
    t.regex(result.explain?.[0]?.reason ?? '', reason, path);
  }
  t.deepEqual(await treeOf(target), before);
  const { result } = await runCommand(['status'], environment);
  t.deepEqual(
    result.runs?.map(({ run }) => run),
    ['one'],
  );
});

test('explain names the limit or the gate that is in the way of a file', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a', 'a');
  await put(source, 'b', 'b');
  const full = await Promise.all(
    ['a', 'b'].map((path) => runCommand(['explain', '--max-files', '1', path], environment)),
  );
  t.deepEqual(full.map(({ result }) => result.explain?.[0]?.decision).sort(), ['copy', 'deferred']);
  const gated = await runCommand(['explain', 'a', '--gate', 'few-files=fail:3'], environment);
  t.like(gated.result.gates?.[0], { gate: 'few-files', verdict: 'refused' });
  t.is((await runCommand(['explain'], environment)).code, 64);
});

terminalTest('explain on a terminal is a few lines', async (t) => {
  const { source, environment } = await newFolders(t);
  await put(source, 'a\u202e', 'a');
  const words = ['explain', 'a\u202e', '--gate', 'few-files=fail:3'];
  const { code, screen } = await (await openTerminal(t, { columns: 80 }, words, environment)).ended();
  t.is(code, 0);
  t.regex(
    screen,
    /^a\\u202e: would be copied\n {2}new: it was never copied\n {2}gate few-files refuses the whole run: 1 files/m,
  );
});
