/** Runs that end with an error have a page, and the lists show them as the newest. */
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { newFolders, put, runCommand } from '../kit/job.ts';

const RUN_URL = 'https://airflow.example/dags/test/runs/manual__2026-11-28T10%3A00%3A00';

async function newJob(t: ExecutionContext) {
  const { source, target, state, environment } = await newFolders(t);
  const reports = join(state, '../reports');
  await put(source, 'a', 'x');
  return {
    ...{ source, target, reports },
    settings: { ...environment, SYNC_TASK_REPORT_DIR: reports, SYNC_TASK_RUN_URL: RUN_URL },
    page: (name: string) => readFile(join(reports, name), 'utf8'),
  };
}

/** The name of the newest run in a list, and what its status is. */
function newest(page: string): string {
  const [, list = ''] = /<table>.*?<tbody>(<tr>.*?<\/tr>)/s.exec(page.slice(page.lastIndexOf('<table>'))) ?? [];
  const [, run] = /report\.html" title="([^"]*)"/.exec(list) ?? [];
  const [, status] = /class="badge \w+">([^<]*)</.exec(list) ?? [];
  return `${run}: ${status}`;
}

for (const command of ['check', 'plan', 'sync']) {
  test(`a run that ends in ${command} has a page, is the newest of the lists, and goes when it is done`, async (t) => {
    const { source, reports, settings, page } = await newJob(t);
    t.is((await runCommand(['sync', '--run', 'day-1'], settings)).code, 0);
    await rename(source, `${source}.gone`);
    const { code, result, errors } = await runCommand([command, '--run', 'day-2'], settings);
    t.not(code, 0);
    t.is(result.report, 'test/day-2/report.html', errors.join());
    const report = await page('test/day-2/report.html');
    t.true(report.includes(`failed in ${command}`));
    t.true(report.includes(result.errors[0]?.message.slice(0, 20) as string));
    t.true(report.includes(`href="${RUN_URL}"`));
    t.is(newest(await page('index.html')), `day-2: failed in ${command}`);
    t.is(newest(await page('test/index.html')), `day-2: failed in ${command}`);
    t.true((await page('test/index.html')).includes(`href="${RUN_URL}"`));

    await rename(`${source}.gone`, source);
    t.is((await runCommand([command, '--run', 'day-2'], settings)).code, 0);
    if (command === 'check') t.false((await readdir(join(reports, 'test'))).includes('day-2'), 'it may still begin');
    t.is((await runCommand(['sync', '--run', 'day-2'], settings)).code, 0);
    t.is(newest(await page('index.html')), 'day-2: complete');
    t.true((await page('test/day-2/report.html')).includes(`href="${RUN_URL}"`));
  });
}

test('finish does not hide why there is no plan, and says that there is none where nobody else did', async (t) => {
  const { source, settings, page } = await newJob(t);
  await rename(source, `${source}.gone`);
  await runCommand(['plan', '--run', 'r'], settings);
  const report = await page('test/r/report.html');
  const finished = await runCommand(['finish', '--run', 'r'], settings);
  t.is(finished.code, 64);
  t.is(finished.result.report, 'test/r/report.html');
  t.is(await page('test/r/report.html'), report);
  t.is((await runCommand(['finish', '--run', 'killed'], settings)).code, 64);
  t.is(newest(await page('index.html')), 'killed: failed in finish');
});

test('a run that a gate refused is told of by its plan', async (t) => {
  const { settings, page } = await newJob(t);
  await runCommand(['plan', '--run', 'r', '--gate', 'few-files=fail:2'], settings);
  const report = await page('test/r/report.html');
  await runCommand(['finish', '--run', 'r'], settings);
  t.is(await page('test/r/report.html'), report);
  t.regex(newest(await page('index.html')), /refused by a gate/);
});

test('a failed check of no run, a batch and a dry run leave no page; settings that are wrong do', async (t) => {
  const { source, reports, settings, page } = await newJob(t);
  await rm(source, { recursive: true });
  await runCommand(['check'], settings);
  await runCommand(['run', '--run', 'r', '--batch', '1'], settings);
  await runCommand(['plan', '--run', 'r', '--dry-run'], settings);
  await t.throwsAsync(readdir(reports), { code: 'ENOENT' });
  const { code } = await runCommand(['plan', '--run', 'r', '--batch-files', 'many'], settings);
  t.is(code, 64);
  t.true((await page('test/r/report.html')).includes('--batch-files'));
});

test('the address of the run is one that a page may link to', async (t) => {
  const { settings } = await newJob(t);
  for (const address of ['javascript:alert(1)', 'airflow', 'https://me:secret@airflow.example/']) {
    const { code, errors } = await runCommand(['sync'], { ...settings, SYNC_TASK_RUN_URL: address });
    t.is(code, 64);
    t.regex(errors.join(), /^SYNC_TASK_RUN_URL: /);
    t.notRegex(errors.join(), /secret/);
  }
});
