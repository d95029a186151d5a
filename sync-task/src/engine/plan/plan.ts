/**
 * `plan`: list → select → compare with the checkpoints → number what is to be copied → cut into batches. Everything
 * streams: a page of the listing is looked at, written down and forgotten.
 */
import { asSyncError } from '../../base/errors.ts';
import type { ListedEntry } from '../../base/model.ts';
import type { Candidate, Change, NewEntry, PipelineRecord, PlanTicket } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { gateErrors, logFindings } from '../gates/gate-report.ts';
import { gates, HISTORY_RUNS } from '../gates/gates.ts';
import { pipelineHere, pipelineToPlan } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { assertRootStands, emptyTarget, hasDelivered, lookAtRoot } from '../locations/target-root.ts';
import { FORCED, UNTIMED } from '../reasons.ts';
import { counted, timeWords } from '../report/words.ts';
import { reportRun } from '../report/write-report.ts';
import { errorList, makeResult } from '../result/counts.ts';
import type { GateFinding, Result } from '../result/result.ts';
import { batchPacker } from './batch-packer.ts';
import { type Explainer, explainer } from './explain.ts';
import { recordedSelection } from './left-out.ts';
import { markers } from './markers.ts';
import { openPlaceOwners } from './path-owners.ts';
import { plannedResult, plannedRun } from './planned.ts';
import { assertPlannedWith, plannedWith } from './planned-with.ts';
import { quietTime } from './quiet-time.ts';
import { selector } from './selection.ts';
import { sourceClock } from './source-clock.ts';
import { targetPlaces } from './target-paths.ts';

/** Rows that go to the state together. */
const ROWS_AT_ONCE = 5000;

/** Plans the run, or returns its plan again where it is complete already. With `--dry-run` it writes nothing. */
export async function plan(context: Context, run: string, told?: Explainer): Promise<Result> {
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
  return planNow(context, { run, pipeline, ticket, chain, newBecause, findings, details, told, startedMs });
}

/** Whether an earlier plan found these places apart. */
async function areKnown({ state, settings: { pipeline, places } }: Context): Promise<boolean> {
  const known = await state.findPipeline(pipeline);
  return known?.source === places.source && known.target === places.target;
}

interface Planning {
  readonly run: string;
  readonly pipeline: PipelineRecord;
  /** Undefined with `--dry-run`. */
  readonly ticket: PlanTicket | undefined;
  readonly chain: Chain;
  readonly newBecause: string | undefined;
  /** Of gates that are looked at before the source is listed. */
  readonly findings: readonly GateFinding[];
  readonly details: object;
  /** Who hears why each file was chosen; undefined: the log and the result, where they are asked to. */
  readonly told: Explainer | undefined;
  readonly startedMs: number;
}

async function planNow(context: Context, planning: Planning): Promise<Result> {
  const { run, pipeline, ticket, chain, newBecause, startedMs } = planning;
  const { settings, state, source, log, progress, signal } = context;
  const { selection } = settings;
  const marker = selection.marker === undefined ? undefined : markers(selection.marker, source);
  const clock = sourceClock(context);
  let isAsked = selection.minAgeMs > 0;
  if (isAsked) await clock.ask();
  const select = selector(selection, { nowMs: clock.nowMs, isMarker: marker?.isMarker ?? (() => false) });
  const quiet = quietTime({ stableMs: selection.stableMs, mtimeStepMs: source.capabilities.mtimeStepMs, clock });
  const places = targetPlaces(chain);
  const owners = await openPlaceOwners(context, pipeline, chain);
  const packer = batchPacker({
    files: settings.batchFiles,
    bytes: settings.batchBytes,
    maxBatches: settings.maxBatches,
  });
  const gate = gates(settings, selection.prefix);
  const explain = planning.told ?? explainer(settings.explain || settings.dryRun, log);
  const errors = errorList();
  const counts = { listed: 0, unchanged: 0, excluded: 0, planned: 0, deferred: 0, refused: 0, skipped: 0, failed: 0 };
  let plannedBytes = 0;
  let leftForLater = 0;
  let candidates: Candidate[] = [];
  /** Of the candidates. */
  const untimed = new Set<string>();
  let entries: NewEntry[] = [];

  function leave(entry: ListedEntry, decision: 'deferred' | 'refused' | 'skipped', reason: string): void {
    counts[decision]++;
    explain.add({ path: entry.path, decision, reason });
    const { path, size, mtimeMs } = entry;
    entries.push({ path, size, mtimeMs, chain: '', number: undefined, status: decision, reason });
    if (decision === 'skipped') return;
    log.warn(`${decision}: ${entry.path} ${reason}`);
    if (decision === 'refused') {
      const message = `${source.label}: ${entry.path} is refused: ${reason}; mend it there or exclude it`;
      errors.add({ path: entry.path, kind: 'refused', reason: 'refused-name', message });
    }
  }

  function leaveFailed({ path, failure }: ListedEntry, message: string): void {
    const { kind, reason } = failure ?? { kind: 'permanent', reason: 'unreadable' };
    counts.failed++;
    gate.addUnknown(path);
    explain.add({ path, decision: 'failed', reason: message });
    entries.push({ path, size: 0, mtimeMs: 0, chain: '', number: undefined, status: 'failed', kind, reason, message });
    log.error(`failed: ${message}`, { path, reason });
    errors.add({ path, kind, reason, message });
  }

  /** Whatever one file brings up is about that file. */
  function look(entry: ListedEntry): void {
    counts.listed++;
    try {
      decide(entry);
    } catch (thrown) {
      const { message } = asSyncError(thrown);
      leave(plain(entry, entry.kind === 'refused' ? './' : ''), 'refused', message);
    }
  }

  function decide(entry: ListedEntry): void {
    const { decision, reason } = select(entry);
    if (decision === 'failed') leaveFailed(entry, reason);
    else if (decision === 'refused') leave(plain(entry), decision, reason);
    else if (decision === 'take') {
      const { path, size, mtimeMs } = entry;
      const key = chain.key(path);
      const taken = faultOfVersion(entry) ?? places.takenBy(path);
      if (taken === undefined) {
        gate.add(path, size);
        if (entry.timeUnknown) untimed.add(path);
        candidates.push({ path, size, mtimeMs, chain: key });
      } else leave(plain(entry, ''), 'refused', taken);
    } else if (decision === 'excluded') {
      counts.excluded++;
      explain.add({ path: entry.path, decision, reason });
    } else leave(entry, decision, reason);
  }

  /** A single file larger than the bound is taken alone: it would wait for ever. */
  function isFull(size: number): boolean {
    const { maxFiles = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = settings;
    return counts.planned >= maxFiles || (counts.planned > 0 && plannedBytes + size > maxBytes);
  }

  /** Said once for all of them, behind the listing: there may be a million. */
  function leaveForLater(candidate: Candidate): void {
    const reason = 'waits for the next run: this one is full (--max-files, --max-bytes)';
    counts.deferred++;
    leftForLater++;
    explain.add({ path: candidate.path, decision: 'deferred', reason });
    entries.push({ ...candidate, number: undefined, status: 'deferred', reason });
  }

  function choose(candidate: Candidate, reason: string): void {
    counts.planned++;
    quiet.add(candidate.mtimeMs);
    plannedBytes += candidate.size;
    packer.add(candidate.size);
    explain.add({ path: candidate.path, decision: 'copy', reason });
    entries.push({ ...candidate, number: counts.planned, status: 'planned', reason });
  }

  async function flush(): Promise<void> {
    const compared = candidates;
    candidates = [];
    const forAll = newBecause ?? (settings.force ? FORCED : undefined);
    const changes: readonly Change[] = forAll ? [] : await state.compare(pipeline.id, compared);
    const reasons = new Map<number, string>(changes.map(({ index, reason }) => [index, reason]));
    if (forAll) for (const index of compared.keys()) reasons.set(index, forAll);
    for (const [index, { path }] of compared.entries()) {
      if (untimed.has(path) && !reasons.has(index)) reasons.set(index, UNTIMED);
    }
    untimed.clear();
    if (reasons.size > 0 && !isAsked) {
      isAsked = true;
      // Where it can't be told, there is only more to wait for.
      await clock.ask().catch(() => signal.throwIfAborted());
    }
    const waiting = await marker?.withoutMarker(
      compared.flatMap(({ path }, index) => (reasons.has(index) ? path : [])),
    );
    const refusals = await owners.refusals(
      compared.filter((_, index) => reasons.has(index)),
      ticket,
    );
    for (const [index, candidate] of compared.entries()) {
      const reason = reasons.get(index);
      const refusal = refusals.get(candidate.path);
      if (reason === 'transform-changed' && settings.transformChanged === 'ignore') {
        counts.unchanged++;
        const reason = 'its transforms changed, which --transform-changed ignore leaves alone';
        explain.add({ path: candidate.path, decision: 'unchanged', reason });
      } else if (reason && refusal !== undefined) {
        leave({ ...candidate, kind: 'file' }, 'refused', refusal);
      } else if (reason && waiting?.has(candidate.path)) {
        leave({ ...candidate, kind: 'file' }, 'deferred', `waits for its marker ${marker?.markerOf(candidate.path)}`);
      } else if (reason && isFull(candidate.size)) {
        leaveForLater(candidate);
      } else if (reason) choose(candidate, reason);
      else {
        counts.unchanged++;
        explain.add({ path: candidate.path, decision: 'unchanged', reason: 'is as it was last copied' });
      }
    }
    explain.tell();
    if (ticket && entries.length > 0) await state.addEntries(ticket, entries);
    entries = [];
  }

  for await (const page of source.list({ prefix: settings.selection.prefix, signal })) {
    for (const entry of page) look(entry);
    explain.tell();
    progress.listed(counts.listed);
    if (candidates.length + entries.length >= ROWS_AT_ONCE) await flush();
  }
  await flush();

  const findings = [...planning.findings, ...gate.findings(await state.history(pipeline.id, HISTORY_RUNS))];
  logFindings(findings, log);
  const refusals = gateErrors(findings, run);
  const refused = refusals.length > 0;
  const batches = refused ? [] : packer.batches();
  if (ticket) {
    const { listed, unchanged, excluded } = counts;
    const totals = { listed, unchanged, excluded };
    const details = { ...planning.details, capabilities: capabilitiesOf(context), gates: findings };
    if (refused) await state.refusePlan(ticket, totals, details);
    else {
      await waitFor(quiet.leftMs(), context);
      await state.completePlan(ticket, batches, totals, gate.totals(), details);
    }
  }
  if (leftForLater > 0)
    log.warn(`${leftForLater} files wait for the next run: this one is full`, { run, leftForLater });
  for (const refusal of refusals) errors.add(refusal);
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
  // The end of this run: nothing else would report it.
  const record = await plannedRun(context, run, 'status');
  return { ...result, ...(await reportRun(context, record, result)) };
}

/** A listing may tell sizes and times that no number holds. */
function faultOfVersion({ size, mtimeMs }: ListedEntry): string | undefined {
  const isSize = Number.isSafeInteger(size) && size >= 0;
  return isSize && Number.isSafeInteger(mtimeMs) ? undefined : 'its size or its time is told as none that could be';
}

/**
 * What can be written down of a refused entry. A name for display alone may look like the name of another file, but none of
 * them starts with a dot and a slash.
 */
function plain(entry: ListedEntry, before = './'): ListedEntry {
  const path = before + entry.path.toWellFormed().replaceAll('\0', '\\x00');
  return faultOfVersion(entry) === undefined ? { ...entry, path } : { ...entry, path, size: 0, mtimeMs: 0 };
}

/** Throws `stopped` after a signal. */
async function waitFor(ms: number, { log, signal, world }: Context): Promise<void> {
  if (ms <= 0) return;
  if (ms > 5000)
    log.info(`waiting for ${Math.round(ms / 1000)} s: files that change meanwhile are deferred (--stable)`);
  await world.sleep(ms, signal).catch(() => signal.throwIfAborted());
}
