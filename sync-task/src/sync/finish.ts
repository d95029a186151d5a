/**
 * `finish`: says what became of a run. Sweeps what dead workers left at the target, counts, names what is missing, and
 * writes the verdict down. Reads the state alone: a million files cost a handful of queries.
 */
import { draftName } from '../storage/draft-name.ts';
import { openChain } from '../transform/chain.ts';
import type { Context } from './context.ts';
import { errorList, makeResult } from './counts.ts';
import { readIntent, ticketOf } from './intent.ts';
import { plannedRun } from './planned.ts';
import type { Result } from './result.ts';
import { recoverAttempt } from './side-file.ts';

const LISTED_ERRORS = 101;
const SWEEP_AT_ONCE = 500;

export async function finish(context: Context, id: string): Promise<Result> {
  const { settings, state, log } = context;
  const startedMs = performance.now();
  const record = await plannedRun(context, id);
  const swept = await sweep(context);
  const [counts, batches] = await Promise.all([state.countEntries(id), state.batches(id)]);
  const errors = errorList();
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
      message: `${counts.planned} files are still to be copied: run batch ${open.join(', ')} of run ${id} again`,
    });
  }
  const missing = counts.failed + counts.refused + counts.planned;
  const status = missing === 0 ? 'done' : 'partial';
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
    errors: errors.errors,
    errorsLeftOut: Math.max(0, counts.failed + counts.refused - failed.length) + errors.errorsLeftOut,
    startedMs,
  });
  await state.finishRun(id, status, { files: result.files, swept });
  log.info(missing === 0 ? `run ${id} is complete` : `run ${id} misses ${missing} files`, { ...result.files, swept });
  return result;
}

/** Removes drafts and restores back-ups of workers that died; files that somebody holds are not touched. */
async function sweep({ state, target, settings, log }: Context): Promise<number> {
  const pipeline = await state.pipeline(settings.pipeline);
  const chain = await openChain(settings.transforms);
  let swept = 0;
  for (;;) {
    const claims = await state.abandoned(pipeline.id, SWEEP_AT_ONCE);
    if (claims.length === 0) return swept;
    for (const claim of claims) {
      const at = chain.targetPath(claim.path);
      const name = draftName(claim);
      const ticket = ticketOf(readIntent(claim.intent), name);
      const removed = await recoverAttempt(target, at, { name, ticket }, chain.asides(claim.path));
      if (removed) log.info('swept what a dead worker left', { path: claim.path, run: claim.run });
      swept += removed ? 1 : 0;
    }
    await state.clearAbandoned(pipeline.id, claims);
  }
}
