/** `run`: transfers one batch. Safe to repeat, alone or beside others. */
import { SyncError } from '../../base/errors.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { pipelineHere } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { assertRootStands } from '../locations/target-root.ts';
import { plannedRun } from '../plan/planned-run.ts';
import { assertPlannedWith, plannedWith } from '../plan/planned-with.ts';
import { counted } from '../report/words.ts';
import { makeResult } from '../result/make-result.ts';
import type { Result } from '../result/result.ts';
import { countedBy } from '../result/transform-counts.ts';
import { workOnBatches } from '../transfer/batch-worker.ts';

export async function run(context: Context, id: string, number: number): Promise<Result> {
  const { settings, state, progress, log } = context;
  const startedMs = performance.now();
  const record = await plannedRun(context, id);
  assertPlannedWith(record, plannedWith(settings, await openChain(settings.transforms)), log, 'work');
  const pipeline = await pipelineHere(context);
  await assertApart(context);
  const [batch] = await state.batches(id, number);
  if (!batch) {
    throw new SyncError(`run ${id} has no batch ${number}; its batches: sync-task status --run ${id}`, {
      kind: 'usage',
      reason: 'no-such-batch',
    });
  }
  const before = await state.countEntries(id, number);
  const settled = before.copied + before.adopted + before.unchanged + before.deferred;
  progress.expect(batch.files - settled, batch.bytes);
  await assertRootStands(context, pipeline.id);
  const { outcomes, bytes, transformCounts, errors, leftPlanned } = await workOnBatches(context, pipeline.id, id, [
    number,
  ]);
  const missing = outcomes.failed + outcomes.refused;
  const incomplete = missing > 0;
  if (leftPlanned > 0) {
    const message = `the time is up (--max-duration): ${counted(leftPlanned, 'file')} of batch ${number} ${leftPlanned === 1 ? 'is' : 'are'} still to be copied; run it again`;
    log.warn(message, { run: id, leftPlanned });
    errors.add({ path: '', kind: 'transient', reason: 'time-up', message });
  }
  log.info(`batch ${number}: ${outcomes.copied} copied, ${settled} settled before`, { run: id, ...outcomes });
  return makeResult(settings, {
    command: 'run',
    run: id,
    status: leftPlanned > 0 ? 'stopped' : incomplete ? 'partial' : 'done',
    files: { ...outcomes, planned: batch.files, unchanged: outcomes.unchanged + settled },
    bytes,
    ...countedBy(transformCounts),
    batches: [
      {
        ...batch,
        status: leftPlanned > 0 ? 'planned' : !incomplete ? 'done' : missing < batch.files ? 'partial' : 'failed',
      },
    ],
    errors: errors.errors,
    errorsLeftOut: errors.errorsLeftOut,
    capabilities: capabilitiesOf(context),
    ...(settings.wantsTotals ? { queued: (await state.countEntries(id)).planned } : {}),
    startedMs,
  });
}
