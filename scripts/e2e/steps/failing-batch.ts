/** One batch has a file that cannot be read: its run is red, the other batches are green; mended, it alone runs again. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { clear, counts, ended, states, tasks, trigger } from '../airflow.ts';
import { compare, put } from '../files.ts';
import { expect, expectEqual } from '../shell.ts';
import { sourceRoot, targetRoot } from '../stack.ts';

const RUN = 'failing-batch';
const BATCHES = 4;
const FILES = 5;

export async function failingBatch(): Promise<string> {
  for (let number = 0; number < BATCHES * FILES; number++) {
    put(sourceRoot, `reports/${String(number).padStart(2, '0')}.csv`, `a;b;${number}\n`);
  }
  const unreadable = join(sourceRoot, 'reports/07.csv');
  chmodSync(unreadable, 0o000);

  await trigger(RUN, { prefix: 'reports', batch_files: FILES });
  expectEqual(await ended(RUN), 'failed', 'state of the run');
  const red = await states(RUN);
  const [failed, ...others] = Object.keys(red).filter((name) => name.startsWith('run[') && red[name] === 'failed');
  expect(failed !== undefined && others.length === 0, `one batch has failed: ${JSON.stringify(red)}`);
  const green = Object.keys(red).filter((name) => name.startsWith('run[') && red[name] === 'success');
  expectEqual(green.length, BATCHES - 1, 'green batches beside it');
  const mapIndex = Number(failed.slice(4, -1));
  expectEqual((await counts(RUN, 'run', mapIndex)).files['copied'], FILES - 1, 'files of the failed batch copied');

  chmodSync(unreadable, 0o644);
  const cleared = await clear(RUN, 'run', mapIndex);
  expectEqual(cleared, ['check', 'finish', failed, 'verdict'], 'cleared with it: set-up and downstream');
  expectEqual(await ended(RUN), 'success', 'state of the run after clearing');
  expectEqual((await counts(RUN, 'run', mapIndex)).files['copied'], 1, 'files copied by the cleared batch');
  const tries = (await tasks(RUN)).filter((task) => task.task_id === 'run').map((task) => task.try_number);
  expectEqual(tries.filter((number) => number > 1).length, 1, 'batches run again');
  await compare(sourceRoot, targetRoot);
  return `${failed} failed, ${green.length} green; cleared, it copied the 1 file that was missing`;
}
