/** Writes what `--report-dir` asks for: manifest, report and summary of a run, and the pages that list them. */
import { join } from 'node:path';
import type { RunRecord } from '../../state/state.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import type { Result } from '../result/result.ts';
import { folderName, makeReportFolder, writeStreamed, writeWhole } from './report-folder.ts';
import { reportPage } from './report-page.ts';
import type { Summary } from './summary.ts';
import { type Survey, surveyRun } from './survey.ts';
import { writeIndexes } from './write-indexes.ts';

/** Runs that the charts show. */
const CHART_RUNS = 30;

/**
 * Surveys all files of the run where totals or a report are asked for, and writes the report. Returns its part of the result.
 * Throws `usage` where the folder cannot be written to; the run itself is over.
 */
export async function reportRun(
  context: Context,
  record: RunRecord,
  result: Result,
): Promise<Pick<Result, 'report' | 'manifest' | 'totals'>> {
  const { settings, state } = context;
  const { reportDir, runUrl } = settings;
  if (reportDir === undefined && !settings.wantsTotals) return {};
  const chain = await openChain(settings.transforms);
  if (reportDir === undefined) return { totals: totalsOf(await surveyRun(state, chain, record.id), record) };
  const folder = await makeReportFolder(reportDir, record.pipeline, record.id);
  const survey = await writeStreamed(reportDir, join(folder, 'manifest.jsonl'), (handle) =>
    surveyRun(state, chain, record.id, async (lines) => {
      await handle.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }),
  );
  const pipeline = await state.pipeline(record.pipeline);
  const totals = await state.planTotals(pipeline.id, CHART_RUNS);
  const page = reportPage({ record, result, survey, totals, index: '../index.html', runUrl });
  await writeWhole(reportDir, join(folder, 'report.html'), page);
  await writeWhole(
    reportDir,
    join(folder, 'summary.json'),
    `${JSON.stringify(summaryOf(record, result, survey, runUrl))}\n`,
  );
  await writeIndexes(reportDir, record.pipeline);
  const path = [record.pipeline, record.id].map((name) => encodeURIComponent(folderName(name))).join('/');
  return { report: `${path}/report.html`, manifest: `${path}/manifest.jsonl`, totals: totalsOf(survey, record) };
}

function summaryOf(record: RunRecord, { status, files }: Result, survey: Survey, runUrl: string | undefined): Summary {
  const { listed, unchanged, copied, deferred, refused, failed } = files;
  return {
    schemaVersion: 1,
    pipeline: record.pipeline,
    run: record.id,
    status,
    startedAt: new Date(record.createdMs).toISOString(),
    finishedAt: new Date(record.finishedMs ?? record.createdMs).toISOString(),
    files: { listed, unchanged, copied, deferred, refused, failed, planned: survey.planned.files },
    bytes: survey.publishedBytes,
    ...(runUrl === undefined ? {} : { runUrl }),
  };
}

function totalsOf({ publishedBytes, retries, claimsLost, planned, outcomes }: Survey, record: RunRecord) {
  return {
    bytes: publishedBytes,
    sourceBytes: outcomes.copied.bytes,
    retries,
    claimsLost,
    leftPlanned: planned.files,
    elapsedMs: Math.max(0, (record.finishedMs ?? record.createdMs) - record.createdMs),
  };
}
