/** A user's way through Airflow's pages: trigger with the form, watch the grid, run one batch again, read the report. */
import type { Locator, Page } from 'playwright-core';
import { ended, tasks } from '../airflow.ts';
import { openAirflow, picture } from '../browser.ts';
import { compare, put } from '../files.ts';
import { expect, expectEqual, until } from '../shell.ts';
import { reportsUrl, sourceRoot, targetRoot } from '../stack.ts';

const RUN = 'by-hand';
const FILES = 120;
const BATCH_FILES = 40;
const TASKS = ['check', 'plan', 'run', 'finish', 'verdict'];
const GREEN_MS = 600_000;

export async function browser(): Promise<string> {
  for (let number = 0; number < FILES; number++) {
    put(sourceRoot, `partner/${String(number).padStart(3, '0')}.csv`, `id;amount\n${number};12.50\n`.repeat(900));
  }
  await using airflow = await openAirflow('/dags/sftp_sync');
  const { page } = airflow;
  await trigger(page);
  await watch(page);
  await runOneAgain(page);
  await readReport(page);
  return `${FILES / BATCH_FILES} batches seen turning green, one run again, the report read`;
}

async function trigger(page: Page): Promise<void> {
  await page.getByTestId('trigger-dag-button').click();
  await page.fill('#element_prefix', 'partner/');
  // The form has Airflow's own fields above and below; the first number of ours is the files in a batch.
  await page.getByRole('spinbutton').first().fill(String(BATCH_FILES));
  await picture(page, 'airflow-trigger', 760);
  await page.locator('[id$="trigger:advancedOptions"]').click();
  await page.fill('input[name=dagRunId]', RUN);
  await page.getByTestId('trigger-dag-submit').click();
  await page.locator(`a[href="/dags/sftp_sync/runs/${RUN}/"]`).click();
}

const cell = (page: Page, task: string) => page.getByTestId(`grid-${RUN}-${task}`);

async function watch(page: Page): Promise<void> {
  // The page is a little behind: what is to be run again below must be over.
  expectEqual(await ended(RUN), 'success', 'state of the run');
  for (const task of TASKS) await turnsGreen(cell(page, task).getByTestId('task-state-badge'), task);
  await cell(page, 'run').click();
  await page.getByText(`Task Instances [${FILES / BATCH_FILES}]`).waitFor();
  for (let number = 1; number <= FILES / BATCH_FILES; number++) {
    await page.getByRole('link', { name: `batch ${number} · ${BATCH_FILES} files` }).waitFor();
  }
  await picture(page, 'airflow-grid', 620);
}

declare global {
  /** Of the browser, in which functions given to `evaluate` run. */
  function getComputedStyle(element: unknown): { readonly backgroundColor: string };
}

/** As the eye sees it. */
async function turnsGreen(badge: Locator, name: string): Promise<void> {
  await until(`${name} to turn green`, GREEN_MS, 500, async () => {
    const colour = await badge.evaluate((element) => globalThis.getComputedStyle(element).backgroundColor);
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
    return green > 2 * red && green > 2 * blue ? true : undefined;
  });
}

async function runOneAgain(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'batch 2 ·' }).click();
  await page.getByText('copied', { exact: false }).first().waitFor();
  await picture(page, 'airflow-batch', 760);
  await page.getByRole('button', { name: 'to clear' }).click();
  const dialog = page.getByRole('dialog').filter({ hasText: 'Clear Task Instance' });
  // With what it needs and what follows; the other batches are not among them.
  await dialog.getByText('Affected Tasks: 4').waitFor();
  await picture(page, 'airflow-clear', 620);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await until('the batch to be tried again', GREEN_MS, 500, async () => ((await tries())[1] === 2 ? true : undefined));
  expectEqual(await ended(RUN), 'success', 'state of the run');
  for (const task of TASKS) await turnsGreen(cell(page, task).getByTestId('task-state-badge'), task);
  expectEqual(await tries(), [1, 2, 1], 'tries of the batches');
  await compare(sourceRoot, targetRoot);
}

const tries = async () => (await tasks(RUN)).filter((task) => task.task_id === 'run').map((task) => task.try_number);

async function readReport(page: Page): Promise<void> {
  await cell(page, 'finish').click();
  await page.getByRole('link', { name: 'Details' }).click();
  await page.getByRole('link', { name: 'Report' }).click();
  // Here or in a tab of its own: that is Airflow's choice.
  const site = reportsUrl.replace('127.0.0.1', 'localhost');
  const report = await until('the report', 120_000, 500, () =>
    page
      .context()
      .pages()
      .find((each) => each.url().startsWith(site)),
  );
  await report.getByText(RUN).first().waitFor();
  const text = await report.innerText('body');
  expect(text.includes(RUN) && text.includes('partner/'), `the report says: ${text.slice(0, 500)}`);
  await picture(report, 'airflow-report');
}
