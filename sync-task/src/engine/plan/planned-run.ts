/** A run's plan, read back from the state. */
import { SyncError } from '../../base/errors.ts';
import type { RunRecord } from '../../state/state.ts';
import type { Context, StateContext } from '../context.ts';
import { makeResult } from '../result/make-result.ts';
import type { GateFinding, Result } from '../result/result.ts';

/**
 * The run, once its plan is complete. Throws `usage` where this pipeline has no such run, and `refused` where a gate refused it,
 * unless `status` asks.
 */
export async function plannedRun(context: StateContext, run: string, command?: 'status'): Promise<RunRecord> {
  const { state, settings } = context;
  const record = await state.run(run);
  const advice = `check --run, --state and --pipeline, or plan it first: sync-task plan --run ${run}`;
  if (!record) {
    throw new SyncError(`run ${run} does not exist in ${state.label}: ${advice}`, {
      kind: 'usage',
      reason: 'no-such-run',
    });
  }
  if (record.pipeline !== settings.pipeline) {
    throw new SyncError(`run ${run} belongs to pipeline ${record.pipeline}, not to ${settings.pipeline}: ${advice}`, {
      kind: 'usage',
      reason: 'other-pipeline',
    });
  }
  if (record.status === 'refused' && command !== 'status') {
    throw new SyncError(
      `run ${run} was refused by a gate: see sync-task status --run ${run}; plan it again, with --accept GATE if it is to pass`,
      { kind: 'refused', reason: 'gate-refused' },
    );
  }
  if (!record.listing) {
    throw new SyncError(`the plan of run ${run} is not complete: ${advice}`, { kind: 'usage', reason: 'not-planned' });
  }
  return record;
}

/** What gates found in its plan, where they found anything. */
export function gatesOfRun({ details }: RunRecord): Pick<Result, 'gates'> {
  const gates = (details as { readonly gates?: readonly GateFinding[] } | null)?.gates;
  return gates && gates.length > 0 ? { gates } : {};
}

export async function plannedResult(context: Context, run: string, startedMs: number): Promise<Result> {
  const record = await plannedRun(context, run);
  const [batches, counts] = await Promise.all([context.state.batches(run), context.state.countEntries(run)]);
  return makeResult(context.settings, {
    command: 'plan',
    run,
    status: 'done',
    files: {
      ...record.listing,
      planned: batches.reduce((files, batch) => files + batch.files, 0),
      skipped: counts.skipped,
      deferred: counts.deferred,
      refused: counts.refused,
      failed: counts.failed,
    },
    batches,
    startedMs,
  });
}
