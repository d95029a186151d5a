/**
 * `plan`: list → select → compare with the checkpoints → number what is to be copied → cut into batches. Everything
 * streams: a page of the listing is looked at, written down and forgotten.
 */
import type { ListedEntry } from '../model.ts';
import type { Candidate, Change, NewEntry, PipelineRecord, PlanTicket } from '../state/state.ts';
import { openChain } from '../transform/chain.ts';
import { batchPacker } from './batch-packer.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Context } from './context.ts';
import { errorList, makeResult } from './counts.ts';
import { explainer } from './explain.ts';
import { plannedResult } from './planned.ts';
import type { Result } from './result.ts';
import { selector } from './selection.ts';
import { targetPlaces } from './target-places.ts';

/** Rows that go to the state together. */
const ROWS_AT_ONCE = 5000;

/** Plans the run, or returns its plan again where it is complete already. With `--dry-run` it writes nothing. */
export async function plan(context: Context, run: string): Promise<Result> {
  const { settings, state } = context;
  const startedMs = performance.now();
  const pipeline = await state.pipeline(settings.pipeline);
  if (settings.dryRun) return planNow(context, run, pipeline, undefined, startedMs);
  const ticket = await state.beginPlan(run, pipeline.id, { capabilities: capabilitiesOf(context) });
  if (!ticket) return plannedResult(context, run, startedMs);
  return planNow(context, run, pipeline, ticket, startedMs);
}

async function planNow(
  context: Context,
  run: string,
  pipeline: PipelineRecord,
  ticket: PlanTicket | undefined,
  startedMs: number,
): Promise<Result> {
  const { settings, state, source, log, progress, signal } = context;
  const select = selector(settings.selection, Date.now);
  const chain = await openChain(settings.transforms);
  const places = targetPlaces(chain);
  const packer = batchPacker({
    files: settings.batchFiles,
    bytes: settings.batchBytes,
    maxBatches: settings.maxBatches,
  });
  const explain = explainer(settings.explain || settings.dryRun, log);
  const errors = errorList();
  const counts = { listed: 0, unchanged: 0, excluded: 0, planned: 0, deferred: 0, refused: 0, skipped: 0 };
  let candidates: Candidate[] = [];
  let entries: NewEntry[] = [];

  function leave(entry: ListedEntry, decision: 'deferred' | 'refused' | 'skipped', reason: string): void {
    counts[decision]++;
    explain.add({ path: entry.path, decision, reason });
    entries.push({ ...entry, chain: '', number: undefined, status: decision, reason });
    if (decision === 'skipped') return;
    log.warn(`${decision}: ${entry.path} ${reason}`);
    if (decision === 'refused') {
      const message = `${source.label}: ${entry.path} is refused: ${reason}; mend it there or exclude it`;
      errors.add({ path: entry.path, kind: 'refused', reason: 'refused-name', message });
    }
  }

  function look(entry: ListedEntry): void {
    counts.listed++;
    const { decision, reason } = select(entry);
    // A name for display alone may look like the name of another file, but none of them starts with a dot and a slash.
    if (decision === 'refused') leave({ ...entry, path: `./${entry.path}` }, decision, reason);
    else if (decision === 'take') {
      const taken = places.takenBy(entry.path);
      const { path, size, mtimeMs } = entry;
      if (taken === undefined) candidates.push({ path, size, mtimeMs, chain: chain.key(path) });
      else leave(entry, 'refused', taken);
    } else if (decision === 'excluded') {
      counts.excluded++;
      explain.add({ path: entry.path, decision, reason });
    } else leave(entry, decision, reason);
  }

  function choose(candidate: Candidate, reason: string): void {
    counts.planned++;
    packer.add(candidate.size);
    explain.add({ path: candidate.path, decision: 'copy', reason });
    entries.push({ ...candidate, number: counts.planned, status: 'planned', reason });
  }

  async function flush(): Promise<void> {
    const compared = candidates;
    candidates = [];
    const changes: readonly Change[] = settings.force ? [] : await state.compare(pipeline.id, compared);
    const reasons = new Map(changes.map(({ index, reason }) => [index, reason]));
    for (const [index, candidate] of compared.entries()) {
      const reason = settings.force ? 'forced' : reasons.get(index);
      if (reason === 'transform-changed' && settings.transformChanged === 'ignore') {
        counts.unchanged++;
        const reason = 'its transforms changed, which --transform-changed ignore leaves alone';
        explain.add({ path: candidate.path, decision: 'unchanged', reason });
      } else if (reason) choose(candidate, reason);
      else {
        counts.unchanged++;
        explain.add({ path: candidate.path, decision: 'unchanged', reason: 'is as it was last copied' });
      }
    }
    if (ticket && entries.length > 0) await state.addEntries(ticket, entries);
    entries = [];
  }

  for await (const page of source.list({ prefix: settings.selection.prefix, signal })) {
    for (const entry of page) look(entry);
    progress.listed(counts.listed);
    if (candidates.length + entries.length >= ROWS_AT_ONCE) await flush();
  }
  await flush();

  const batches = packer.batches();
  if (ticket) {
    const { listed, unchanged, excluded } = counts;
    await state.completePlan(ticket, batches, { listed, unchanged, excluded });
  }
  log.info(`planned ${counts.planned} of ${counts.listed} files in ${batches.length} batches`, { run, ...counts });
  return makeResult(settings, {
    command: 'plan',
    run,
    status: 'done',
    files: counts,
    batches: batches.map(({ number, files, bytes }) => ({ number, files, bytes, status: 'planned' })),
    errors: errors.errors,
    errorsLeftOut: errors.errorsLeftOut,
    capabilities: capabilitiesOf(context),
    startedMs,
    ...explain.result(),
  });
}
