/**
 * `plan`: list → select → compare with the checkpoints → number what is to be copied → cut into batches (`planner.ts`). Everything
 * streams: each page of the listing is looked at, written down and forgotten.
 */
import type { PipelineRecord } from '../../state/state.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { pipelineHere, pipelineToPlan } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { assertRootStands, emptyTarget, hasDelivered, lookAtRoot } from '../locations/target-root.ts';
import { counted, timeWords } from '../report/words.ts';
import { reportRun } from '../report/write-report.ts';
import { makeResult } from '../result/make-result.ts';
import type { Result } from '../result/result.ts';
import type { Explainer } from './explainer.ts';
import { recordedSelection } from './left-out.ts';
import { plannedResult, plannedRun } from './planned-run.ts';
import { assertPlannedWith, plannedWith } from './planned-with.ts';
import { openPlanner, type Planning } from './planner.ts';

/** Rows that go to the state together. */
const ROWS_AT_ONCE = 5000;

/** Plans the run, or returns its plan again where it is complete already. With `--dry-run` it writes nothing. */
export async function plan(context: Context, run: string, asked?: Explainer): Promise<Result> {
  const { settings, state } = context;
  const startedMs = performance.now();
  const chain = await openChain(settings.transforms);
  const facts = plannedWith(settings, chain);
  const known = settings.dryRun ? undefined : await state.run(run);
  if (known?.listing && known.status !== 'refused' && known.pipeline === settings.pipeline) {
    assertPlannedWith(known, facts, context.log, 'plan');
    const { id } = await pipelineHere(context);
    await assertApart(context);
    await assertRootStands(context, id);
    const found = await plannedResult(context, run, startedMs);
    context.log.warn(
      `run ${run} has its plan already, of ${timeWords(known.createdMs)}: ${counted(found.files.planned, 'file')} in ${counted(found.batches.length, 'batch')}; it is used again and the source is not listed; another --run plans anew`,
      { run },
    );
    return found;
  }
  await assertApart(context, (await areKnown(context)) ? 'never' : 'where-hinted');
  const root = await lookAtRoot(context);
  const emptied = async ({ id }: PipelineRecord) =>
    (root === 'missing' || root === 'empty') && (await hasDelivered(context, id));
  const { pipeline, newBecause } = await pipelineToPlan(context, emptied);
  const findings = !newBecause && (await emptied(pipeline)) ? emptyTarget(context, root) : [];
  const details = {
    capabilities: capabilitiesOf(context),
    plannedWith: facts,
    selection: recordedSelection(settings.selection),
  };
  const ticket = settings.dryRun ? undefined : await state.beginPlan(run, pipeline.id, details);
  if (!settings.dryRun && !ticket) return plan(context, run); // another process was faster
  return planNow(context, { run, pipeline, ticket, chain, newBecause, findings, details, explainer: asked }, startedMs);
}

/** Whether an earlier plan found this source and target apart. */
async function areKnown({ state, settings: { pipeline, identities } }: Context): Promise<boolean> {
  const known = await state.findPipeline(pipeline);
  return known?.source === identities.source && known.target === identities.target;
}

async function planNow(context: Context, planning: Planning, startedMs: number): Promise<Result> {
  const { run, ticket } = planning;
  const { settings, source, log, progress, signal } = context;
  const planner = await openPlanner(context, planning);
  const { counts, errors, explain } = planner.tally;
  for await (const page of source.list({ prefix: settings.selection.prefix, signal })) {
    for (const entry of page) planner.look(entry);
    explain.tell();
    progress.listed(counts.listed);
    if (planner.waiting >= ROWS_AT_ONCE) await planner.flush();
  }
  await planner.flush();
  const { findings, refusals, batches } = await planner.close();

  const { leftForLater } = planner.tally;
  if (leftForLater > 0)
    log.warn(
      `${counted(leftForLater, 'file')} ${leftForLater === 1 ? 'waits' : 'wait'} for the next run: this one is full`,
      { run, leftForLater },
    );
  for (const refusal of refusals) errors.add(refusal);
  const refused = refusals.length > 0;
  if (!refused)
    log.info(`planned ${counts.planned} of ${counted(counts.listed, 'file')} in ${counted(batches.length, 'batch')}`, {
      run,
      ...counts,
    });
  const result = makeResult(settings, {
    command: 'plan',
    run,
    status: refused ? 'refused' : 'done',
    files: counts,
    batches: batches.map(({ number, files, bytes }) => ({ number, files, bytes, status: 'planned' })),
    errors: errors.errors,
    errorsLeftOut: errors.errorsLeftOut,
    capabilities: capabilitiesOf(context),
    startedMs,
    ...(findings.length > 0 ? { gates: findings } : {}),
    ...explain.result(),
  });
  if (!ticket || !refused) return result;
  // A refused run ends here: no later command writes its report.
  const record = await plannedRun(context, run, 'status');
  return { ...result, ...(await reportRun(context, record, result)) };
}
