/** A batch's container is killed while it works; Airflow's retry copies what is missing and nothing else. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { counts, ended, tasks, trigger } from '../airflow.ts';
import { compare, put, putLarge } from '../files.ts';
import { docker, expect, expectEqual, until } from '../shell.ts';
import { project, sourceRoot, targetRoot } from '../stack.ts';

const RUN = 'many-files';
const SMALL_FILES = 2000;
const BATCH_FILES = 1000;

export async function killedBatch(): Promise<string> {
  for (let number = 0; number < SMALL_FILES; number++) {
    put(sourceRoot, `many/${String(number).padStart(4, '0')}.txt`, `content of ${number}\n`.repeat(number % 50));
  }
  putLarge(sourceRoot, 'large/300mb.bin', 300e6);
  await trigger(RUN, { batch_files: BATCH_FILES });

  const killedWith = await killHalfWay();
  expectEqual(await ended(RUN), 'success', 'state of the run after the retry');
  await compare(sourceRoot, targetRoot);

  const batches = (await tasks(RUN)).filter((task) => task.task_id === 'run');
  expectEqual(batches.length, 3, 'mapped tasks');
  const [killed] = batches.filter((task) => task.try_number > 1);
  expect(killed !== undefined, 'no batch was tried twice: the kill came too late');
  const { copied = 0 } = (await counts(RUN, 'run', killed.map_index)).files;
  expect(copied > 0 && copied < BATCH_FILES, `the retry copied ${copied} of ${BATCH_FILES} files, not a part`);
  const labels = batches.map((task) => task.rendered_map_index);
  expect(
    labels.every((label) => /^batch \d · \d+ files? · /.test(label ?? '')),
    `labels: ${labels.join(', ')}`,
  );
  return `${labels.join(' | ')}; killed with ${killedWith} files there, the retry copied ${copied}`;
}

/** Kills a container that is copying small files, as soon as some are there. Returns how many. */
async function killHalfWay(): Promise<number> {
  const folder = join(targetRoot, 'many');
  const published = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')).length : 0);
  const there = await until('the first of many files', 120_000, 5, () => (published() > 50 ? published() : undefined));
  // The one that started first: it is the one that has copied most. The batch of one file is the large one's.
  const filters = ['--filter', `network=${project}`, '--filter', 'label=sync-task.task=run'];
  const running = await docker('ps', ...filters, '--format', '{{.ID}} {{.Label "sync-task.map-index"}}');
  const [id] = running.trim().split('\n').at(-1)?.split(' ') ?? [];
  expect(id !== undefined && id !== '', 'the batch was over before it could be killed');
  await docker('kill', id);
  return there;
}
