/**
 * Decides what becomes of each listed file. `look` selects by name, kind and age; `flush` compares what was selected with the
 * checkpoints, page by page, and writes the decisions down; `close` lets the gates judge and ends the plan.
 */
import { asSyncError } from '../../base/errors.ts';
import type { BatchRange, ListedEntry } from '../../base/model.ts';
import type { Candidate, Change, PipelineRecord, PlanTicket } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { gateErrors, logFindings } from '../gates/gate-report.ts';
import { gates, HISTORY_RUNS } from '../gates/gates.ts';
import { FORCED, UNTIMED } from '../reasons.ts';
import type { FileError, GateFinding } from '../result/result.ts';
import { displayable, faultOfVersion } from './displayable-entry.ts';
import type { Explainer } from './explainer.ts';
import { markers } from './markers.ts';
import { openTargetPathOwners } from './path-owners.ts';
import { newPlanTally, type PlanTally } from './plan-tally.ts';
import { quietTime } from './quiet-time.ts';
import { selector } from './selection.ts';
import { sourceClock } from './source-clock.ts';
import { targetPaths } from './target-paths.ts';

export interface Planning {
  readonly run: string;
  readonly pipeline: PipelineRecord;
  /** Undefined with `--dry-run`. */
  readonly ticket: PlanTicket | undefined;
  readonly chain: Chain;
  /** Why every file counts as new; undefined where none does for that. */
  readonly newBecause: string | undefined;
  /** Of the gates that judge before the source is listed. */
  readonly findings: readonly GateFinding[];
  /** Kept with the run. */
  readonly details: object;
  /** Hears why each file was chosen or left out; undefined: the log and the result. */
  readonly explainer: Explainer | undefined;
}

export interface Planner {
  readonly tally: PlanTally;
  /** Candidates and rows in memory. */
  readonly waiting: number;
  /** What is wrong with one file is that file's alone: does not throw. */
  look(entry: ListedEntry): void;
  /** Compares and writes down what was looked at since the last time. */
  flush(): Promise<void>;
  /** Behind the last `flush`: waits until the files may be read, and completes the plan unless a gate refuses it. */
  close(): Promise<PlanClosed>;
}

export interface PlanClosed {
  readonly findings: readonly GateFinding[];
  /** Of gates that refuse the run; empty where it may be carried out. */
  readonly refusals: readonly FileError[];
  readonly batches: readonly BatchRange[];
}

export async function openPlanner(context: Context, planning: Planning): Promise<Planner> {
  const { run, pipeline, ticket, chain, newBecause } = planning;
  const { settings, state, source, log, signal } = context;
  const { selection } = settings;
  const marker = selection.marker === undefined ? undefined : markers(selection.marker, source);
  const clock = sourceClock(context);
  let isAsked = selection.minAgeMs > 0;
  if (isAsked) await clock.ask();
  const select = selector(selection, { nowMs: clock.nowMs, isMarker: marker?.isMarker ?? (() => false) });
  const quiet = quietTime({ stableMs: selection.stableMs, mtimeStepMs: source.capabilities.mtimeStepMs, clock });
  const paths = targetPaths(chain);
  const owners = await openTargetPathOwners(context, pipeline, chain);
  const gate = gates(settings, selection.prefix);
  const tally = newPlanTally(context, planning.explainer);
  let candidates: Candidate[] = [];
  /** Of the candidates. */
  const untimed = new Set<string>();

  function decide(entry: ListedEntry): void {
    const { path, size, mtimeMs, failure } = entry;
    const { decision, reason } = select(entry);
    switch (decision) {
      case 'failed':
        gate.addUnknown(path);
        tally.leaveFailed(path, failure ?? { kind: 'permanent', reason: 'unreadable' }, reason);
        break;
      case 'refused':
        tally.leave(displayable(entry), decision, reason);
        break;
      case 'excluded':
        tally.pass(path, decision, reason);
        break;
      case 'take': {
        const key = chain.key(path);
        const fault = faultOfVersion(entry) ?? paths.takenBy(path);
        if (fault !== undefined) tally.leave(displayable(entry, ''), 'refused', fault);
        else {
          gate.add(path, size);
          if (entry.timeUnknown) untimed.add(path);
          candidates.push({ path, size, mtimeMs, chain: key });
        }
        break;
      }
      default:
        tally.leave(entry, decision, reason);
    }
  }

  /** Why each of them is to be copied, by its position; what is not in the answer is unchanged. */
  async function reasonsFor(compared: readonly Candidate[]): Promise<ReadonlyMap<number, string>> {
    const forAll = newBecause ?? (settings.force ? FORCED : undefined);
    const changes: readonly Change[] = forAll ? [] : await state.compare(pipeline.id, compared);
    const reasons = new Map<number, string>(changes.map(({ index, reason }) => [index, reason]));
    if (forAll) for (const index of compared.keys()) reasons.set(index, forAll);
    for (const [index, { path }] of compared.entries()) {
      if (untimed.has(path) && !reasons.has(index)) reasons.set(index, UNTIMED);
    }
    untimed.clear();
    return reasons;
  }

  async function compare(compared: readonly Candidate[]): Promise<void> {
    const reasons = await reasonsFor(compared);
    if (reasons.size > 0 && !isAsked) {
      isAsked = true;
      // Where the source does not answer, the plan only waits longer.
      await clock.ask().catch(() => signal.throwIfAborted());
    }
    const changed = compared.filter((_, index) => reasons.has(index));
    const unmarked = await marker?.withoutMarker(changed.map(({ path }) => path));
    const refusals = await owners.refusals(changed, ticket);
    for (const [index, candidate] of compared.entries()) {
      const { path, size, mtimeMs } = candidate;
      const reason = reasons.get(index);
      const refusal = refusals.get(candidate.path);
      if (!reason) tally.pass(path, 'unchanged', 'is as it was last copied');
      else if (reason === 'transform-changed' && settings.transformChanged === 'ignore') {
        tally.pass(path, 'unchanged', 'its transforms changed, which --transform-changed ignore leaves alone');
      } else if (refusal !== undefined) tally.leave({ ...candidate, kind: 'file' }, 'refused', refusal);
      else if (unmarked?.has(path)) {
        tally.leave({ ...candidate, kind: 'file' }, 'deferred', `waits for its marker ${marker?.markerOf(path)}`);
      } else if (tally.isFull(size)) tally.leaveForLater(candidate);
      else {
        quiet.add(mtimeMs);
        tally.copy(candidate, reason);
      }
    }
  }

  return {
    tally,
    get waiting() {
      return candidates.length + tally.waitingRows;
    },
    look(entry) {
      tally.counts.listed++;
      try {
        decide(entry);
      } catch (thrown) {
        const { message } = asSyncError(thrown);
        tally.leave(displayable(entry, entry.kind === 'refused' ? './' : ''), 'refused', message);
      }
    },
    async flush() {
      const compared = candidates;
      candidates = [];
      await compare(compared);
      tally.explain.tell();
      const rows = tally.takeRows();
      if (ticket && rows.length > 0) await state.addEntries(ticket, rows);
    },
    async close() {
      const findings = [...planning.findings, ...gate.findings(await state.history(pipeline.id, HISTORY_RUNS))];
      logFindings(findings, log);
      const refusals = gateErrors(findings, run);
      const batches = refusals.length > 0 ? [] : tally.packer.batches();
      if (!ticket) return { findings, refusals, batches };
      const { listed, unchanged, excluded } = tally.counts;
      const totals = { listed, unchanged, excluded };
      const details = { ...planning.details, capabilities: capabilitiesOf(context), gates: findings };
      if (refusals.length > 0) await state.refusePlan(ticket, totals, details);
      else {
        await waitFor(quiet.leftMs(), context);
        await state.completePlan(ticket, batches, totals, gate.totals(), details);
      }
      return { findings, refusals, batches };
    },
  };
}

/** Throws `stopped` after a signal. */
async function waitFor(ms: number, { log, signal, world }: Context): Promise<void> {
  if (ms <= 0) return;
  if (ms > 5000)
    log.info(`waiting for ${Math.round(ms / 1000)} s: files that change meanwhile are deferred (--stable)`);
  await world.sleep(ms, signal).catch(() => signal.throwIfAborted());
}
