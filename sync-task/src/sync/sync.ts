/** `sync`: plan, all batches and finish in one process: the standalone job. */
import { workOnBatches } from './batch-worker.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Context } from './context.ts';
import { finish } from './finish.ts';
import { plan } from './plan.ts';
import type { Result } from './result.ts';

export async function sync(context: Context, run: string): Promise<Result> {
  const { settings, state, progress, log } = context;
  const startedMs = performance.now();
  const planned = await plan(context, run);
  if (settings.dryRun || planned.status === 'refused') return { ...planned, command: 'sync' };
  const pipeline = await state.pipeline(settings.pipeline);
  const numbers = planned.batches.map((batch) => batch.number);
  progress.expect(
    planned.files.planned,
    planned.batches.reduce((bytes, batch) => bytes + batch.bytes, 0),
  );
  const { bytes, leftPlanned } = await workOnBatches(context, pipeline.id, run, numbers);
  if (leftPlanned > 0)
    log.warn(`the time is up (--max-duration): ${leftPlanned} files are still to be copied`, { run });
  const finished = await finish(context, run);
  return {
    ...planned,
    ...finished,
    command: 'sync',
    ...(leftPlanned > 0 ? { status: 'stopped' } : {}),
    bytes,
    capabilities: capabilitiesOf(context),
    durationMs: Math.round(performance.now() - startedMs),
  };
}
