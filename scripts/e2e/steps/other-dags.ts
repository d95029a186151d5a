/** The DAGs beside the daily one, in the running stack. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counts, ended, runs, states, trigger } from '../airflow.ts';
import { put, tree } from '../files.ts';
import { expect, expectEqual, until } from '../shell.ts';
import { sourceRoot, targetRoot } from '../stack.ts';

export async function otherDags(): Promise<string> {
  await oneObject();
  await pastDays();
  await trigger('now', {}, 'sync_health');
  expectEqual(await ended('now', 'sync_health'), 'success', 'state of sync_health');
  const health = { partner_orders: 'skipped', sftp_sync: 'success', sftp_to_s3: 'skipped' }; // who is paused is not asked
  expectEqual(await states('now', 'sync_health'), health, 'tasks of sync_health');
  const consumed = await until('a run of the consumer', 60_000, 1000, async () => (await runs('example_consumer'))[0]);
  expectEqual(await ended(consumed, 'example_consumer'), 'success', 'state of the consumer');
  return `1 object alone, then not again; 2 days again; ${(await runs('example_consumer')).length} runs of the consumer`;
}

async function oneObject(): Promise<void> {
  put(sourceRoot, 'events/a [1].txt', 'arrived\n');
  put(sourceRoot, 'events/b.txt', 'not asked for\n');
  const uri = 'sftp://sftp-source/data/events/a%20%5B1%5D.txt';
  for (const [run, copied] of [
    ['first', 1],
    ['again', 0],
  ] as const) {
    await trigger(run, { uri }, 'object_arrived');
    expectEqual(await ended(run, 'object_arrived'), 'success', `state of the ${run} event`);
    expectEqual((await counts(run, 'copy', 0, 'object_arrived')).files['copied'], copied, `copied by the ${run} event`);
  }
  expectEqual(
    tree(targetRoot).filter((path) => path.startsWith('events/')),
    ['events/a [1].txt'],
    'objects at the target',
  );
}

async function pastDays(): Promise<void> {
  put(sourceRoot, '2024-03-01/day.txt', 'first day\n');
  put(sourceRoot, '2024-03-02/day.txt', 'second day\n');
  put(sourceRoot, '2024-03-04/day.txt', 'not asked for\n');
  for (const [run, from_day] of [
    ['days', '2024-03-01'],
    ['a-day-again', '2024-03-02'],
  ] as const) {
    await trigger(run, { from_day, to_day: '2024-03-03' }, 'sftp_full_refresh');
    expectEqual(await ended(run, 'sftp_full_refresh'), 'success', `state of ${run}`);
  }
  const copied = await Promise.all([0, 1, 2].map((index) => counts('days', 'refresh', index, 'sftp_full_refresh')));
  expectEqual(
    copied.map(({ files }) => files['copied']),
    [1, 1, 0],
    'files copied on three days, of which one has no folder',
  );
  const again = await counts('a-day-again', 'refresh', 0, 'sftp_full_refresh');
  expectEqual(again.files['copied'], 1, 'files of a day copied again');
  expectEqual(readFileSync(join(targetRoot, '2024-03-02/day.txt'), 'utf8'), 'second day\n', 'a day at the target');
  expect(!tree(targetRoot).includes('2024-03-04/day.txt'), 'a day that was not asked for was copied');
}
