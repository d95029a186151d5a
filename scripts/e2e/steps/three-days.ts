/** The example of the documentation, one DAG run a day. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { counts, ended, runs, states, trigger } from '../airflow.ts';
import { compare, put, tree } from '../files.ts';
import { expectEqual, until } from '../shell.ts';
import { sourceRoot, targetRoot } from '../stack.ts';

export async function firstRun(): Promise<string> {
  const run = await until('the first scheduled run', 120_000, 1000, async () => (await runs())[0]);
  expectEqual(await ended(run), 'success', 'state of the run');
  expectEqual((await states(run))['run'], 'skipped', 'state of run with no batch');
  return run;
}

export async function threeDays(): Promise<string> {
  put(sourceRoot, 'a/b/c/file_1.txt', 'first\n', new Date('2024-03-01T09:00:00Z'));
  await day('2024-03-01', 1);

  put(sourceRoot, 'a/b/c/file_2.txt', 'second\n', new Date('2024-03-02T09:00:00Z'));
  await day('2024-03-02', 1);

  rmSync(join(sourceRoot, 'a/b/c/file_1.txt'));
  put(sourceRoot, 'a/b/c/file_2.txt', 'second, changed\n', new Date('2024-03-03T09:00:00Z'));
  put(sourceRoot, 'a/b/c/file_3.txt', 'third\n', new Date('2024-03-03T09:00:00Z'));
  put(sourceRoot, 'a/b/c/copied_in.txt', 'older than all\n', new Date('2019-01-01T00:00:00Z'));
  await day('2024-03-03', 3);

  const names = ['a/b/c/copied_in.txt', 'a/b/c/file_1.txt', 'a/b/c/file_2.txt', 'a/b/c/file_3.txt'];
  expectEqual(tree(targetRoot), names, 'files at the target, file_1.txt kept');
  expectEqual(readFileSync(join(targetRoot, names[1] ?? ''), 'utf8'), 'first\n', 'what vanished at the source');
  return '1, 1 and 3 files copied, the deleted one kept';
}

async function day(name: string, copied: number): Promise<void> {
  await trigger(name);
  expectEqual(await ended(name), 'success', `state of ${name}`);
  expectEqual((await counts(name, 'run', 0)).files['copied'], copied, `files copied on ${name}`);
  await compare(sourceRoot, targetRoot);
}
