/** `sync`: plan, all batches and finish in one process: the standalone job. */

import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { plan } from '../plan/plan.ts';
import { makeReportFolder } from '../report/report-folder.ts';
import { counted } from '../report/words.ts';
import type { Result } from '../result/result.ts';
import { countedBy } from '../result/transform-counts.ts';
import { workOnBatches } from '../transfer/batch-worker.ts';
import { finish } from './finish.ts';

export async function sync(context: Context, run: string): Promise<Result> {
  const { settings, state, progress, log } = context;
  const startedMs = performance.now();
  if (settings.reportDir !== undefined && !settings.dryRun) {
    await makeReportFolder(settings.reportDir, settings.pipeline, run);
  }
  const planned = await plan(context, run);
  if (settings.dryRun || planned.status === 'refused') return { ...planned, command: 'sync' };
  const pipeline = await state.pipeline(settings.pipeline);
  const numbers = planned.batches.map((batch) => batch.number);
  progress.expect(
    planned.files.planned,
    planned.batches.reduce((bytes, batch) => bytes + batch.bytes, 0),
  );
  const transferStartedMs = performance.now();
  const { bytes, transformCounts, leftPlanned, outcomes } = await workOnBatches(context, pipeline.id, run, numbers);
  if (leftPlanned > 0)
    log.warn(
      `the time is up (--max-duration): ${counted(leftPlanned, 'file')} ${leftPlanned === 1 ? 'is' : 'are'} still to be copied`,
      { run },
    );
  const transferMs = performance.now() - transferStartedMs;
  const finished = await finish(context, run);
  const settled = Object.values(outcomes).reduce((files, each) => files + each, 0);
  return {
    ...planned,
    ...finished,
    command: 'sync',
    ...(leftPlanned > 0 ? { status: 'stopped' } : {}),
    bytes,
    ...countedBy(transformCounts),
    capabilities: capabilitiesOf(context),
    phases: [
      { phase: 'plan', files: planned.files.listed, bytes: 0, durationMs: planned.durationMs },
      { phase: 'transfer', files: settled, bytes: bytes.written, durationMs: Math.round(transferMs) },
      { phase: 'finish', files: settled, bytes: 0, durationMs: finished.durationMs },
    ],
    durationMs: Math.round(performance.now() - startedMs),
  };
}
