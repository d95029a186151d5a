/**
 * What Airflow stands on fails under one run: the scheduler and Redis are restarted, which no batch notices; then the worker is killed,
 * its batches go on without it, and the retries stop those containers before they start their own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, setVariable, states, tasks, trigger } from '../airflow.ts';
import { compare, putLarge, tree } from '../files.ts';
import { attempt, docker, expectEqual, until } from '../shell.ts';
import { compose, project, sourceRoot, targetRoot } from '../stack.ts';

const RUN = 'stack-failures';
const BATCHES = 2;
const BYTES = 100e6;
/** So slow that the batches are at work all the while. */
const SLOW = { settings: { bwlimit: '1M' } };

export async function stackFailures(): Promise<string> {
  for (let number = 0; number < BATCHES; number++) putLarge(sourceRoot, `outage/${number}.bin`, BYTES);
  await setVariable('sync_task_sftp_sync', SLOW);
  await trigger(RUN, { prefix: 'outage', batch_files: 1 });
  const before = await until('the batches to be at work', 300_000, 500, async () => {
    const running = await atWork();
    return running.length === BATCHES && drafts() === BATCHES ? running : undefined;
  });

  await compose('restart', '--timeout', '10', 'airflow-scheduler', 'redis');
  await until('the worker to be back at Redis', 120_000, 1000, () => healthy('airflow-worker', 'worker'));
  await until('the scheduler to be back', 120_000, 1000, () => healthy('airflow-worker', 'scheduler'));
  expectEqual(await atWork(), before, 'containers after Redis and the scheduler were restarted');
  expectEqual(await triesOfBatches(), [1, 1], 'tries after Redis and the scheduler were restarted');

  const worker = (await compose('ps', '--quiet', 'airflow-worker')).trim();
  await docker('kill', worker);
  expectEqual(await atWork(), before, 'containers after the worker was killed');
  await setVariable('sync_task_sftp_sync', undefined);
  await docker('start', worker);
  const watch = watchForTwo();
  expectEqual(await ended(RUN), 'success', 'state of the run after the retries');
  const samples = await watch.end();

  expectEqual(await triesOfBatches(), [2, 2], 'tries after the worker was killed');
  expectEqual((await states(RUN))['verdict'], 'success', 'state of the last task');
  expectEqual(await atWork(), [], 'containers after the run');
  expectEqual(drafts(), 0, 'drafts at the target');
  await compare(sourceRoot, targetRoot);
  return `${BATCHES} batches unharmed by Redis and the scheduler; without their worker tried again, never two of one in ${samples} looks`;
}

interface Container {
  readonly id: string;
  readonly batch: string;
}

async function atWork(): Promise<readonly Container[]> {
  const filters = [`network=${project}`, `label=sync-task.run=${RUN}`, 'label=sync-task.task=run'];
  const format = '{{.ID}} {{.Label "sync-task.map-index"}}';
  const listed = await docker('ps', '--format', format, ...filters.flatMap((filter) => ['--filter', filter]));
  const lines = listed.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => line.split(' '))
    .map(([id = '', batch = '']) => ({ id, batch }))
    .sort((a, b) => a.batch.localeCompare(b.batch));
}

/** Looks all the time whether a batch has two containers; `end` throws where it had. */
function watchForTwo(): { end(): Promise<number> } {
  let over = false;
  let samples = 0;
  const watching = (async () => {
    while (!over) {
      const batches = (await atWork()).map(({ batch }) => batch);
      expectEqual(batches, [...new Set(batches)], 'batches with a container at work');
      samples++;
      await sleep(200);
    }
  })();
  watching.catch(() => {}); // `end` tells
  return {
    async end() {
      over = true;
      await watching;
      return samples;
    },
  };
}

const drafts = () => tree(targetRoot).filter((path) => path.startsWith('outage/') && path.endsWith('.tmp')).length;

async function triesOfBatches(): Promise<number[]> {
  return (await tasks(RUN)).filter(({ task_id }) => task_id === 'run').map(({ try_number }) => try_number);
}

async function healthy(service: string, component: string): Promise<true | undefined> {
  const script = '/opt/airflow/init/healthy.sh';
  const ended = await attempt('docker', ['compose', 'exec', '-T', service, script, component]);
  return ended.code === 0 ? true : undefined;
}
