/**
 * `finish`: ends a run. Cleans up what dead workers left at the target, counts, names what is missing, and records the verdict. The
 * counts come from the state: a million files cost a handful of queries.
 */
import { asSyncError } from '../../base/errors.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { pipelineHere } from '../locations/known-locations.ts';
import { gatesOfRun, plannedRun } from '../plan/planned-run.ts';
import { assertPlannedWith, plannedWith } from '../plan/planned-with.ts';
import { makeReportFolder } from '../report/report-folder.ts';
import { counted } from '../report/words.ts';
import { reportRun } from '../report/write-report.ts';
import { errorList, fileError, makeResult } from '../result/make-result.ts';
import type { Result } from '../result/result.ts';
import { type Swept, sweep } from '../transfer/sweep.ts';

const LISTED_ERRORS = 101;

export async function finish(context: Context, id: string): Promise<Result> {
  const { settings, state, log } = context;
  const startedMs = performance.now();
  const record = await plannedRun(context, id);
  assertPlannedWith(record, plannedWith(settings, await openChain(settings.transforms)), log, 'work');
  await pipelineHere(context);
  if (settings.reportDir !== undefined) await makeReportFolder(settings.reportDir, settings.pipeline, id);
  const { swept, left } = await sweepAll(context);
  const [counts, batches] = await Promise.all([state.countEntries(id), state.batches(id)]);
  const errors = errorList();
  for (const unswept of left) errors.add(unswept);
  const failed = await state.entries(id, { statuses: ['failed', 'refused'], limit: LISTED_ERRORS });
  for (const { path, kind, reason, message } of failed) {
    errors.add({
      path,
      kind: kind ?? 'refused',
      reason: message === '' ? 'refused-name' : reason,
      message: message || reason,
    });
  }
  if (counts.planned > 0) {
    const open = batches.filter((batch) => batch.status === 'planned').map((batch) => batch.number);
    errors.add({
      path: '',
      kind: 'transient',
      reason: 'not-run',
      message: `${counted(counts.planned, 'file')} ${counts.planned === 1 ? 'is' : 'are'} still to be copied: run batch ${open.join(', ')} of run ${id} again`,
    });
  }
  const missing = counts.failed + counts.refused + counts.planned;
  const status = missing + left.length === 0 ? 'done' : 'partial';
  const result = makeResult(settings, {
    command: 'finish',
    run: id,
    status,
    files: {
      ...counts,
      ...record.listing,
      unchanged: (record.listing?.unchanged ?? 0) + counts.unchanged,
      planned: batches.reduce((files, batch) => files + batch.files, 0),
    },
    batches,
    capabilities: capabilitiesOf(context),
    ...gatesOfRun(record),
    errors: errors.errors,
    swept,
    ...(left.length > 0 ? { unswept: left.length } : {}),
    errorsLeftOut: Math.max(0, counts.failed + counts.refused - failed.length) + errors.errorsLeftOut,
    startedMs,
  });
  await state.finishRun(id, status, { ...Object(record.details), files: result.files, swept });
  log.info(missing === 0 ? `run ${id} is complete` : `run ${id} misses ${counted(missing, 'file')}`, {
    ...result.files,
    swept,
  });
  return withReport(context, id, result);
}

/** An error here does not keep the run from being counted and reported. */
async function sweepAll(context: Context): Promise<Swept> {
  try {
    return await sweep(context, 'all');
  } catch (thrown) {
    context.signal.throwIfAborted();
    return { swept: 0, left: [fileError(asSyncError(thrown))] };
  }
}

/** A report that cannot be written undoes nothing of the run: the result names the error. */
async function withReport(context: Context, id: string, result: Result): Promise<Result> {
  try {
    return { ...result, ...(await reportRun(context, await plannedRun(context, id), result)) };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = asSyncError(thrown);
    context.log.error(`run ${id} has no report: ${error.message}`, { reason: error.reason });
    return { ...result, status: 'partial', errors: [fileError(error, ''), ...result.errors] };
  }
}
