/** `status`: what the state remembers of a pipeline, a run or a file. Touches no server. */
import type { StateContext } from '../context.ts';
import { decisionsOn, lastLeftOut } from '../plan/left-out.ts';
import { gatesOfRun, plannedRun } from '../plan/planned-run.ts';
import { errorList, makeResult } from '../result/make-result.ts';
import type { Explanation, Result } from '../result/result.ts';
import type { PipelineOverview } from './overview.ts';

const NEWEST_RUNS = 20;
const MOST_FILES = 1000;

export interface StatusOptions {
  readonly run: string | undefined;
  readonly path: string | undefined;
}

export async function status(context: StateContext, { run, path }: StatusOptions): Promise<Result> {
  const { settings, state } = context;
  const startedMs = performance.now();
  const pipeline = await state.pipeline(settings.pipeline);
  if (path !== undefined) {
    const events = await state.events(pipeline.id, path);
    const leftOut = lastLeftOut(await decisionsOn(context, path));
    return makeResult(settings, {
      command: 'status',
      status: 'done',
      ...(leftOut ? { leftOut } : {}),
      events: events.map(({ atMs, ...event }) => ({ at: new Date(atMs).toISOString(), ...event })),
      startedMs,
    });
  }
  if (run === undefined) {
    const runs = await state.runs(pipeline.id, NEWEST_RUNS);
    return makeResult(settings, {
      command: 'status',
      status: 'done',
      runs: runs.map(({ id, status: became, createdMs, finishedMs }) => ({
        run: id,
        status: became,
        createdAt: new Date(createdMs).toISOString(),
        ...(finishedMs === undefined ? {} : { finishedAt: new Date(finishedMs).toISOString() }),
      })),
      startedMs,
    });
  }
  const record = await plannedRun(context, run, 'status');
  const [counts, batches] = await Promise.all([state.countEntries(run), state.batches(run)]);
  const statuses = ['planned', 'skipped', 'deferred', 'refused', 'failed', 'adopted', 'copied', 'unchanged'] as const;
  const entries = await state.entries(run, { statuses, limit: MOST_FILES });
  const errors = errorList();
  const explain: Explanation[] = [];
  for (const { path: file, status: became, kind, reason, message } of entries) {
    explain.push({ path: file, decision: became, reason: message || reason });
    if (became === 'failed' || became === 'refused')
      errors.add({ path: file, kind: kind ?? 'refused', reason, message: message || reason });
  }
  return makeResult(settings, {
    command: 'status',
    run,
    ...gatesOfRun(record),
    status: 'done',
    files: { ...counts, ...record.listing, planned: batches.reduce((files, batch) => files + batch.files, 0) },
    batches,
    errors: errors.errors,
    errorsLeftOut: errors.errorsLeftOut,
    explain,
    explainLeftOut: Math.max(0, Object.values(counts).reduce((sum, count) => sum + count, 0) - entries.length),
    startedMs,
  });
}

export function statusOfAll(all: readonly PipelineOverview[], startedMs: number): Result {
  const pipelines = all.map(({ pipeline, source, target }) => ({ pipeline, source, target }));
  return makeResult({ pipeline: '' }, { command: 'status', status: 'done', pipelines, startedMs });
}
