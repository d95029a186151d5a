/**
 * The page of a run that ended with an error: in `check`, in `plan`, or later without a verdict. It asks no state, because the
 * state may be the error.
 */
import { readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SyncError } from '../../base/errors.ts';
import type { Result } from '../result/result.ts';
import { failurePage } from './failure-page.ts';
import { explained, folderName, makeReportFolder, writeWhole } from './report-folder.ts';
import { type Summary, summarySchema } from './summary.ts';
import { writeIndexes } from './write-indexes.ts';

export interface FailedRun {
  readonly reportDir: string;
  readonly pipeline: string;
  readonly run: string;
  readonly runUrl: string | undefined;
  readonly command: string;
  readonly error: SyncError;
  readonly status: 'failed' | 'refused' | 'stopped';
  /** By the wall clock. */
  readonly startedMs: number;
}

/** Reasons of `finish` that only repeat the error of an earlier command. */
const saidBefore: readonly string[] = ['no-such-run', 'not-planned', 'gate-refused'];

const nothing = { listed: 0, unchanged: 0, copied: 0, deferred: 0, refused: 0, failed: 0, planned: 0 };

export async function writeFailure(failed: FailedRun): Promise<Pick<Result, 'report'>> {
  const { reportDir, pipeline, run, runUrl, command, error, status, startedMs } = failed;
  const report = `${[pipeline, run].map((name) => encodeURIComponent(folderName(name))).join('/')}/report.html`;
  const folder = await makeReportFolder(reportDir, pipeline, run);
  const before = await readSummary(folder);
  if (before && command === 'finish' && saidBefore.includes(error.reason)) return { report };
  const summary: Summary = {
    schemaVersion: 1,
    pipeline,
    run,
    status,
    endedIn: command,
    ...(runUrl === undefined ? {} : { runUrl }),
    startedAt: command === 'finish' && before ? before.startedAt : new Date(startedMs).toISOString(),
    finishedAt: new Date().toISOString(),
    files: nothing,
    bytes: 0,
  };
  await writeWhole(reportDir, join(folder, 'report.html'), failurePage({ summary, error, index: '../index.html' }));
  await writeWhole(reportDir, join(folder, 'summary.json'), `${JSON.stringify(summary)}\n`);
  await writeIndexes(reportDir, pipeline);
  return { report };
}

/** For a check that failed and passes when it is tried again: its run has not ended. */
export async function forgetFailedCheck(reportDir: string, pipeline: string, run: string): Promise<void> {
  const folder = join(reportDir, folderName(pipeline), folderName(run));
  if ((await readSummary(folder))?.endedIn !== 'check') return;
  await explained(reportDir, async () => {
    for (const name of ['report.html', 'summary.json']) await rm(join(folder, name), { force: true });
    // The folder holds more where the run was finished before: its files are written again at its end.
    await rmdir(folder).catch(() => undefined);
  });
  await writeIndexes(reportDir, pipeline);
}

async function readSummary(folder: string): Promise<Summary | undefined> {
  try {
    return summarySchema.safeParse(JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'))).data;
  } catch {
    return undefined; // there is none that anybody could list
  }
}
