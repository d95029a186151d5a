/**
 * The repairing half of `verify`: a run like any other, whose plan holds the files that were lost or changed at the target.
 * They go the usual way (claim, draft, intent, publish), so a repair that dies leaves what a dead run leaves.
 *
 * Only what was copied is restored: a file whose source has changed since is left to the next plan, and one that stands
 * at the target is written over only when its source still has the content that was recorded.
 */
import { asSyncError } from '../../base/errors.ts';
import type { FileRecord, NewEntry, PlanTicket } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { finish } from '../commands/finish.ts';
import type { Context } from '../context.ts';
import { batchPacker } from '../plan/batch-packer.ts';
import { assertPlannedWith, plannedWith } from '../plan/planned-with.ts';
import { DIFFERS, LOST } from '../reasons.ts';
import { counted } from '../report/words.ts';
import type { Result } from '../result/result.ts';
import { workOnBatches } from '../transfer/batch-worker.ts';
import { type Look, proveSource, type Verdict } from './verify-file.ts';

export interface Repair {
  /** Takes the file into the plan; or says why it can't be repaired. */
  take(record: FileRecord, verdict: Verdict): Promise<string | undefined>;
  /** Copies what was taken. Undefined where nothing was. */
  carryOut(): Promise<RepairDone | undefined>;
}

export interface RepairDone extends Pick<Result, 'run' | 'bytes' | 'batches' | 'errors' | 'errorsLeftOut'> {
  readonly files: Pick<Result['files'], 'planned' | 'copied' | 'deferred' | 'refused' | 'failed'>;
  /** Planned, and not copied. */
  readonly missing: number;
  /** Paths that were taken, of those that a result names. */
  readonly taken: ReadonlySet<string>;
  copied(path: string): boolean;
}

const ENTRIES_AT_ONCE = 500;
/** More files than a result names. */
const MOST_REMEMBERED = 1000;

/** The plan is begun with the first file; with `--dry-run` never. */
export async function openRepair(context: Context, pipelineId: number, run: string, chain: Chain): Promise<Repair> {
  const { settings, state, log } = context;
  const look: Look = { context, chain, onBytes: () => undefined };
  const packer = batchPacker({
    files: settings.batchFiles,
    bytes: settings.batchBytes,
    maxBatches: settings.maxBatches,
  });
  const taken = new Set<string>();
  let entries: NewEntry[] = [];
  let planned = 0;
  let plan: Promise<PlanTicket | undefined> | undefined;

  /** Undefined: another process has planned a repair of that name meanwhile. */
  function begin(): Promise<PlanTicket | undefined> {
    plan ??= state.beginPlan(run, pipelineId, {
      repair: true,
      capabilities: capabilitiesOf(context),
      plannedWith: plannedWith(settings, chain),
    });
    return plan;
  }
  // A repair of this name that died while it was planned is planned again, and ends even where nothing is left to do.
  if (!settings.dryRun && (await state.run(run))) await begin();

  async function write(rows: readonly NewEntry[]): Promise<void> {
    const ticket = await begin();
    if (ticket) await state.addEntries(ticket, rows);
  }

  return {
    async take(record, verdict) {
      const refusal = await whyNot(look, record, verdict).catch((thrown: unknown) => {
        context.signal.throwIfAborted();
        const error = asSyncError(thrown);
        if (error.reason === 'server-lost') throw error;
        return error.message;
      });
      if (refusal !== undefined) return refusal;
      if (settings.dryRun) return 'this is a dry run';
      const { path, size, mtimeMs } = record;
      planned++;
      packer.add(size);
      if (taken.size < MOST_REMEMBERED) taken.add(path);
      const reason = verdict.stands ? DIFFERS : LOST;
      entries.push({ path, size, mtimeMs, chain: record.chain, number: planned, status: 'planned', reason });
      if (entries.length < ENTRIES_AT_ONCE) return undefined;
      const full = entries;
      entries = [];
      await write(full);
      return undefined;
    },
    async carryOut() {
      if (entries.length > 0) await write(entries);
      const ticket = await plan;
      if (!ticket) return undefined;
      await state.completePlan(ticket, packer.batches(), { listed: planned, unchanged: 0, excluded: 0 });
      log.info(`copying ${counted(planned, 'file')} again`, { run });
      return repairRun(context, pipelineId, run, taken);
    },
  };
}

/** Carries out what a repair of this name had planned when it was stopped. Undefined where there is none. */
export async function finishRepair(
  context: Context,
  pipelineId: number,
  run: string,
  chain: Chain,
): Promise<RepairDone | undefined> {
  const known = await context.state.run(run);
  if (!known?.listing || known.status === 'refused') return undefined;
  assertPlannedWith(known, plannedWith(context.settings, chain), context.log, 'work');
  context.log.info(
    `run ${run} is planned already: it is carried out, and what differs behind it waits for another --run`,
    {
      run,
    },
  );
  return repairRun(context, pipelineId, run, new Set());
}

async function repairRun(
  context: Context,
  pipelineId: number,
  run: string,
  taken: ReadonlySet<string>,
): Promise<RepairDone> {
  const { state, log, progress } = context;
  const batches = await state.batches(run);
  const sum = (what: 'files' | 'bytes') => batches.reduce((total, batch) => total + batch[what], 0);
  progress.expect(sum('files'), sum('bytes'));
  const { bytes } = await workOnBatches(
    context,
    pipelineId,
    run,
    batches.map(({ number }) => number),
  );
  const finished = await finish(context, run);
  const { planned, copied, deferred, refused, failed } = finished.files;
  const statuses = ['planned', 'deferred', 'refused', 'failed'] as const;
  const left = await state.entries(run, { statuses, limit: MOST_REMEMBERED });
  for (const { path, status, message } of left)
    if (status === 'deferred') log.warn(`not repaired: ${message}`, { path });
  const notCopied = new Set(left.map(({ path }) => path));
  return {
    run,
    bytes,
    files: { planned, copied, deferred, refused, failed },
    batches: finished.batches,
    errors: finished.errors,
    errorsLeftOut: finished.errorsLeftOut,
    missing: planned - copied,
    taken,
    copied: (path) => !notCopied.has(path),
  };
}

async function whyNot(look: Look, record: FileRecord, verdict: Verdict): Promise<string | undefined> {
  if (verdict.finding === 'source-differs') return 'its target is as it was written';
  if (record.chain !== look.chain.key(record.path)) {
    return 'its transforms are others now; the next sync copies it with them';
  }
  const proved = verdict.stands && verdict.source === 'same' ? await proveSource(look, record) : verdict.source;
  switch (proved) {
    case 'gone':
      return 'there is nothing to copy it from';
    case 'changed':
      return 'its source has changed since; the next sync copies it';
    case 'differs':
      return 'its source has other content than what was copied, though the same size and time; sync --force copies it';
    default:
      return undefined;
  }
}
