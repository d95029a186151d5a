/** A user's first day with Airflow in the cluster: installed, connected, one run with a pod taken away, one whose tasks wait in the triggerer. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { airflowApi } from '../../e2e/airflow-api.ts';
import { compare } from '../../e2e/files.ts';
import { expect, expectEqual, until } from '../../e2e/shell.ts';
import { connections, pipelines } from '../airflow.ts';
import { paths } from '../cluster.ts';
import { push } from '../git.ts';
import { DEFERRED_PATH, install, provideImages, provideSurroundings, reach, rolledOut } from '../release.ts';
import { fetchTarget } from '../servers.ts';
import { deleted, takePodsAway } from './dag.ts';

type Api = ReturnType<typeof airflowApi>;

const FOLDER = 'inside';
/** The state remembers what the same pipelines have copied, from outside and to another folder. */
const AGAIN = { force: true };

export async function insideCluster(): Promise<string> {
  const chart = process.env['K8S_E2E_CHART'];
  if (!chart) return 'NOT tried: K8S_E2E_CHART names no chart (helm pull apache-airflow/airflow)';
  const withGit = await provideImages(chart);
  await provideSurroundings(withGit);
  const begunMs = performance.now();
  await install(chart, withGit);
  const parts = await rolledOut();
  const upSeconds = Math.round((performance.now() - begunMs) / 1000);
  await using server = await reach();
  const api = airflowApi(server);
  await connect(api);
  for (const dag of ['sync_health', 'sftp_sync']) await untilFound(api, dag);
  expect(
    !(await api.knows('partner_orders')),
    'pipelines of the image are there, although SYNC_TASK_PIPELINES names others',
  );
  const synced = withGit ? await pushed(api) : 'git-sync NOT tried: there is no image of it';
  await untilFound(api, 'deferred');
  const said = [synced, await dailyRun(api), await deferredRun(api)];
  return `${parts.join(', ')} up in ${upSeconds} s; ${said.join('; ')}`;
}

/** What the guide has done in the UI. */
async function connect(api: Api): Promise<void> {
  await api.makePool('sync_task', 8);
  for (const [id, connection] of Object.entries(connections(`/data/${FOLDER}`))) {
    const extra = 'extra' in connection ? { extra: JSON.stringify(connection.extra) } : {};
    await api.makeConnection(id, { ...connection, ...extra });
  }
  // Slow enough to be caught at work.
  await api.setVariable('sync_task_sftp_sync', { cpus: 0.5, memory: '256Mi', settings: { bwlimit: '2M' } });
}

const untilFound = (api: Api, dag: string) =>
  until(`the pipeline ${dag} to be found`, 300_000, 500, async () => ((await api.knows(dag)) ? true : undefined));

/** One more pipeline, by a push. */
async function pushed(api: Api): Promise<string> {
  expect(!(await api.knows('deferred')), 'a pipeline is there that was not pushed yet');
  const pushedMs = performance.now();
  await push(pipelines(DEFERRED_PATH));
  await untilFound(api, 'deferred');
  return `a pipeline that was pushed was there after ${Math.round((performance.now() - pushedMs) / 1000)} s`;
}

async function dailyRun(api: Api): Promise<string> {
  const run = 'inside-1';
  await api.trigger(run, { batch_files: 200, ...AGAIN });
  let over = false;
  const state = api.ended(run).finally(() => {
    over = true;
  });
  state.catch(() => {}); // looked at below
  const taken = await takePodsAway([deleted], FOLDER, () => over);
  expectEqual(await state, 'success', `state of the run, of whose tasks ${JSON.stringify(await api.states(run))}`);
  await fetchTarget(FOLDER, paths.target);
  await compare(paths.source, paths.target);
  const { status, files } = await api.counts(run, 'finish');
  expectEqual([status, files['copied']], ['done', 400], 'what finish says in XCom');
  const batches = (await api.tasks(run)).filter(({ task_id }) => task_id === 'run');
  const tries = batches.map(({ try_number }) => try_number).sort();
  expectEqual(tries, [1, 2], 'tries of the batches');
  const again = batches.find(({ try_number }) => try_number === 2);
  const lines = again ? await api.log(run, 'run', again.map_index, 1) : [];
  const why = 'the pod was deleted while it ran: a retry goes on where it ended';
  expect(
    lines.some((line) => line.includes(why)),
    `the log of the first try, as the UI shows it, does not say why it ended:\n${lines.slice(-20).join('\n')}`,
  );
  return `${taken.join(', ')}, its second try did the rest, all ${files['copied']} are there`;
}

async function deferredRun(api: Api): Promise<string> {
  const run = 'inside-2';
  await api.trigger(run, AGAIN, 'deferred');
  const seen = new Set<string>();
  let state: string | undefined;
  const ended = api.ended(run, 'deferred').then((it) => {
    state = it;
  });
  while (state === undefined) {
    for (const [task, now] of Object.entries(await api.states(run, 'deferred'))) if (now === 'deferred') seen.add(task);
    await Promise.race([ended, sleep(300)]);
  }
  await ended;
  expectEqual(
    state,
    'success',
    `state of the run, of whose tasks ${JSON.stringify(await api.states(run, 'deferred'))}`,
  );
  expect(seen.has('run[0]'), `only ${[...seen]} were seen in the triggerer`);
  await fetchTarget('inside-deferred', paths.target);
  await compare(join(paths.source, '0'), join(paths.target, '0'));
  const lines = await api.log(run, 'run', 0, 1, 'deferred');
  for (const part of ['Pausing task as DEFERRED', 'batch 1: 58 copied']) {
    expect(
      lines.some((line) => line.includes(part)),
      `the log does not say ${part}:\n${lines.join('\n')}`,
    );
  }
  return `deferred with ${[...seen].sort().join(', ')} seen in the triggerer`;
}
