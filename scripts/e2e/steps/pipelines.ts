/** What YAML files have become, and what the trigger form can ask for. */
import { rmSync, writeFileSync } from 'node:fs';
import { counts, ended, importErrors, paused, pool, states, trigger } from '../airflow.ts';
import { put, tree } from '../files.ts';
import { expect, expectEqual, until } from '../shell.ts';
import { sourceRoot, targetRoot } from '../stack.ts';

export async function pipelines(): Promise<string> {
  expectEqual(await importErrors(), {}, 'import errors');
  const waiting = Object.entries(await paused()).flatMap(([dag, isPaused]) => (isPaused ? [dag] : []));
  expectEqual(waiting.sort(), ['partner_orders', 'sftp_to_s3'], 'paused DAGs');
  expectEqual(await pool('sync_task'), 8, 'slots of the pool');

  put(sourceRoot, 'dry/run.txt', 'not yet\n');
  await trigger('dry-run', { prefix: 'dry', dry_run: true });
  expectEqual(await ended('dry-run'), 'success', 'state of the dry run');
  const dry = await states('dry-run');
  expectEqual([dry['plan'], dry['run'], dry['finish']], ['success', 'skipped', 'skipped'], 'tasks of the dry run');
  expect(!tree(targetRoot).includes('dry/run.txt'), 'a dry run copied');
  expectEqual((await counts('dry-run', 'plan')).files['planned'], 1, 'files planned by the dry run');
  return `${await brokenPipeline()}; a dry run copied nothing`;
}

/** A file with a mistake, dropped into the folder of the running stack: an error of its own, that names the line. */
async function brokenPipeline(): Promise<string> {
  const path = 'airflow/pipelines/broken.yaml';
  writeFileSync(path, 'description: broken\nsource: {connection: a}\ntarget: {conection: b}\n');
  try {
    await toldWithItsLine();
  } finally {
    rmSync(path);
  }
  await until('the import error to go', 180_000, 2000, async () =>
    'broken.py' in (await importErrors()) ? undefined : 1,
  );
  return 'a broken file had its own import error, with its line';
}

async function toldWithItsLine(): Promise<void> {
  const said = await until('the import error', 180_000, 2000, async () => (await importErrors())['broken.py']);
  const line = said.split('\n').find((each) => each.includes('broken.yaml:')) ?? said;
  expect(line.includes("pipelines/broken.yaml:3: target: there is no key 'conection' here"), `it says: ${said}`);
}
