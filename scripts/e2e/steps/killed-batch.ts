/** Batches are killed while they work; Airflow's retries copy what is missing and nothing else. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { counts, ended, tasks, trigger } from '../airflow.ts';
import { compare, put, putLarge } from '../files.ts';
import { docker, expect, expectEqual, until } from '../shell.ts';
import { project, sourceRoot, targetRoot } from '../stack.ts';

const RUN = 'many-files';
const SMALL_FILES = 2000;
const BATCH_FILES = 1000;
const LARGE_BYTES = 300e6;

export async function killedBatch(): Promise<string> {
  let allBytes = LARGE_BYTES;
  for (let number = 0; number < SMALL_FILES; number++) {
    const content = `content of ${number}\n`.repeat(1 + (number % 50));
    put(sourceRoot, `many/${String(number).padStart(4, '0')}.txt`, content);
    allBytes += content.length;
  }
  putLarge(sourceRoot, 'large/300mb.bin', LARGE_BYTES);
  await trigger(RUN, { batch_files: BATCH_FILES });

  const { containers, published } = await killHalfWay();
  expectEqual(await ended(RUN), 'success', 'state of the run after the retries');
  await compare(sourceRoot, targetRoot);

  const batches = (await tasks(RUN)).filter((task) => task.task_id === 'run');
  expectEqual(batches.length, 3, 'mapped tasks');
  const retried = batches.filter((task) => task.try_number > 1).length;
  expectEqual(retried, containers, 'batches tried again, of those killed');
  let writtenBytes = 0;
  for (const batch of batches) {
    const { files, bytes } = await counts(RUN, 'run', batch.map_index);
    writtenBytes += bytes.written;
    const settled = (files['copied'] ?? 0) + (files['unchanged'] ?? 0) + (files['adopted'] ?? 0);
    expectEqual(settled, files['planned'], `files settled in ${batch.rendered_map_index}`);
  }
  // What was published in the instant of the kill is recognised, not written once more.
  expect(writtenBytes < allBytes, `the last tries wrote all ${allBytes} bytes again`);
  const labels = batches.map((task) => task.rendered_map_index);
  expect(
    labels.every((label) => /^batch \d · \d+ files? · /.test(label ?? '')),
    `labels: ${labels.join(', ')}`,
  );
  return `${labels.join(', ')}; ${containers} killed with ${published} files there, the last tries wrote ${writtenBytes} of ${allBytes} bytes`;
}

/** Kills the containers of all batches that are at work as soon as some small files are there. */
async function killHalfWay(): Promise<{ containers: number; published: number }> {
  const folder = join(targetRoot, 'many');
  const count = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')).length : 0);
  const published = await until('the first of many files', 120_000, 5, () => (count() > 50 ? count() : undefined));
  const filters = ['--filter', `network=${project}`, '--filter', 'label=sync-task.task=run'];
  const ids = (await docker('ps', '--quiet', ...filters)).split('\n').filter((id) => id !== '');
  const killed = await Promise.all(ids.map(wasKilled));
  const containers = killed.filter(Boolean).length;
  expect(containers > 0, 'the batches were over before they could be killed');
  return { containers, published };
}

/** False where it was over before it could be killed. */
async function wasKilled(id: string): Promise<boolean> {
  try {
    await docker('kill', id);
    return true;
  } catch (error) {
    if (/is not running|No such container/.test(String(error))) return false;
    throw error;
  }
}
