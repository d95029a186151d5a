/**
 * `verify`: is everything that was copied still at the target, as it was written? Walks the state a page at a time, many
 * files at once; what was never copied is `plan`'s business. With `--repair`, what was lost or changed is copied again.
 */
import { asSyncError, type SyncError } from '../../base/errors.ts';
import type { FileRecord } from '../../state/state.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { pipelineHere } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { selector } from '../plan/selection.ts';
import { errorList, fileError, makeResult } from '../result/counts.ts';
import type { FileFinding, Finding, Result } from '../result/result.ts';
import { finishRepair, openRepair, type Repair, type RepairDone } from './repair.ts';
import { isDifference, type Look, type Verdict, verifyFile } from './verify-file.ts';

const RECORDS_AT_ONCE = 500;
const MOST_FINDINGS = 1000;
const RETRY_AFTER_MS = 500;

/** `run` names the run that repairs, where anything is repaired. */
export async function verify(context: Context, run: string): Promise<Result> {
  const { settings, state, log, progress, source, target, signal } = context;
  const startedMs = performance.now();
  const pipeline = await pipelineHere(context);
  if (settings.repair) await assertApart(context);
  const chain = await openChain(settings.transforms);
  await chain.prepare();
  const before = settings.repair && !settings.dryRun ? await finishRepair(context, pipeline.id, run, chain) : undefined;
  const repair = settings.repair && !before ? await openRepair(context, pipeline.id, run, chain) : undefined;
  const totals = await state.fileTotals(pipeline.id, settings.selection.prefix);
  if (totals.files === 0) log.warn(nothingCopied(settings));
  // Metadata costs no bytes; the source's count beside the target's where both are read.
  const passes = { none: 0, target: 1, both: 2 }[settings.checksum];
  progress.expect(totals.files, totals.bytes * passes);

  if (settings.checksum !== 'none' && target.capabilities.hashesFiles)
    log.info(`the target hashes files itself (check-file): their content is not read`);

  const tally = newTally(context, repair);
  const bytes = { read: 0, written: 0, resumed: 0 };
  const look: Look = {
    context,
    chain,
    onBytes(count, how) {
      if (how === 'read') bytes.read += count;
      progress.bytes(count);
    },
  };
  const records = selectedRecords(context, pipeline.id, tally.leaveOut);
  async function work(): Promise<void> {
    for await (const record of records) {
      signal.throwIfAborted();
      await tally.add(record, await verdictOn(look, pipeline.id, record));
      progress.file();
    }
  }
  const atOnce = settings.files ?? Math.max(source.capabilities.filesAtOnce, target.capabilities.filesAtOnce);
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
  signal.throwIfAborted();
  const broken = workers.find((worker) => worker.status === 'rejected');
  // A server that is gone says nothing about files: what was seen is reported, and nothing is repaired.
  const failure = broken && asSyncError(broken.reason);
  const repaired = failure ? undefined : await repair?.carryOut();
  return verifyResult(context, { tally, failure, before, repaired, bytes, startedMs });
}

/** A difference is looked at again where somebody worked on the file meanwhile. */
async function verdictOn(look: Look, pipelineId: number, record: FileRecord): Promise<Verdict | SyncError> {
  const { state, settings, signal, world } = look.context;
  let current = record;
  for (let tries = 1; ; tries++) {
    try {
      const verdict = await verifyFile(look, current);
      if (!isDifference(verdict.finding)) return verdict;
      const now = await state.file(pipelineId, record.path);
      const isSame = now?.token === current.token && now.held === current.held;
      if (!now || isSame || tries >= settings.attempts) return verdict;
      current = now;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asSyncError(thrown);
      if (error.kind !== 'transient') return error;
      if (isEverywhere(error)) throw error;
      if (tries >= settings.attempts) return error;
      look.context.log.info(`trying again: ${error.message}`, { path: record.path, tries });
      await world.sleep(RETRY_AFTER_MS * 2 ** (tries - 1), signal).catch(() => undefined);
    }
  }
}

/** About the server or the state, not about a file: whoever asks for the next one hears the same. */
function isEverywhere({ reason }: SyncError): boolean {
  return reason === 'server-lost' || reason === 'unreachable' || reason.startsWith('state-');
}

/** Every file that the selection chooses, by what is recorded of it. */
async function* selectedRecords(
  { state, world, settings: { selection } }: Context,
  pipelineId: number,
  leaveOut: () => void,
): AsyncGenerator<FileRecord> {
  // How old a file is says nothing here: it was copied.
  const select = selector({ ...selection, minAgeMs: 0 }, { nowMs: world.wallMs, isMarker: () => false });
  for (let after = ''; ; ) {
    const page = await state.files(pipelineId, { prefix: selection.prefix, after, limit: RECORDS_AT_ONCE });
    for (const record of page) {
      const { path, size, mtimeMs } = record;
      if (select({ path, size, mtimeMs, kind: 'file' }).decision === 'take') yield record;
      else leaveOut();
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.path;
  }
}

type Tally = ReturnType<typeof newTally>;

/** Counts, names, logs, and hands what can be repaired to the repair. */
function newTally({ log, settings }: Context, repair: Repair | undefined) {
  const found: Record<Finding, number> = {
    ok: 0,
    missing: 0,
    'size-differs': 0,
    'time-differs': 0,
    'content-differs': 0,
    'source-differs': 0,
    'source-changed': 0,
    'source-gone': 0,
    unverifiable: 0,
  };
  const findings: FileFinding[] = [];
  const errors = errorList();
  const counts = { checked: 0, excluded: 0, findingsLeftOut: 0, differences: 0, unreadable: 0 };

  function name(path: string, finding: Finding, message: string): void {
    if (finding === 'ok') return;
    if (findings.length < MOST_FINDINGS) findings.push({ path, finding, message });
    else counts.findingsLeftOut++;
  }

  return {
    found,
    findings,
    errors,
    counts,
    leaveOut() {
      counts.excluded++;
    },
    async add(record: FileRecord, verdict: Verdict | SyncError): Promise<void> {
      const { path } = record;
      counts.checked++;
      if (verdict instanceof Error) {
        found.unverifiable++;
        counts.unreadable++;
        name(path, 'unverifiable', verdict.message);
        errors.add(fileError(verdict, path));
        log.error(`cannot be verified: ${verdict.message}`, { path, reason: verdict.reason });
        return;
      }
      const { finding } = verdict;
      found[finding]++;
      if (!isDifference(finding)) {
        name(path, finding, verdict.message);
        const line = finding === 'ok' ? `ok: ${path}` : `${finding}: ${path}: ${verdict.message}`;
        if (finding === 'unverifiable') log.warn(line, { path });
        else if (finding === 'ok' && !settings.explain) log.debug(line, { path });
        else log.info(line, { path });
        return;
      }
      counts.differences++;
      const refusal = await repair?.take(record, verdict);
      const message = refusal === undefined ? verdict.message : `${verdict.message}; not repaired: ${refusal}`;
      name(path, finding, message);
      if (repair && refusal === undefined) {
        log.warn(`${finding}: ${path}: ${message}; it is copied again`, { path });
        return;
      }
      log.error(`${finding}: ${path}: ${message}`, { path });
      errors.add({ path, kind: 'permanent', reason: finding, message: `${JSON.stringify(path)}: ${message}` });
    },
  };
}

interface Outcome {
  readonly tally: Tally;
  readonly failure: SyncError | undefined;
  /** A repair of this name that an earlier process had begun. */
  readonly before: RepairDone | undefined;
  readonly repaired: RepairDone | undefined;
  readonly bytes: Result['bytes'];
  readonly startedMs: number;
}

function verifyResult(context: Context, { tally, failure, before, repaired, bytes, startedMs }: Outcome): Result {
  const { settings, log } = context;
  const { found, findings, errors, counts } = tally;
  if (failure) errors.add(fileError(failure));
  const done = repaired ?? before;
  for (const error of done?.errors ?? []) errors.add(error);
  const remaining = counts.differences - (repaired?.files.copied ?? 0) + counts.unreadable + (before?.missing ?? 0);
  const level = { none: 'sizes and times', target: 'the contents at the target', both: 'the contents at both sides' };
  const looked = `looked at ${level[settings.checksum]} of ${counts.checked} files`;
  const differ = counts.differences === 0 ? 'none differs' : `${counts.differences} differ from what was recorded`;
  const again = repaired ? `, ${repaired.files.copied} copied again` : '';
  const unknown = found.unverifiable > 0 ? `, ${found.unverifiable} could not be verified` : '';
  const words = `${looked}: ${differ}${again}${unknown}`;
  (remaining > 0 || failure ? log.error : log.info)(failure ? `verification broke off: ${failure.message}` : words, {
    ...found,
    excluded: counts.excluded,
  });
  return makeResult(settings, {
    command: 'verify',
    run: done?.run ?? '',
    status: failure ? 'failed' : remaining > 0 ? 'partial' : 'done',
    files: { listed: counts.checked, excluded: counts.excluded, unchanged: found.ok, ...done?.files },
    bytes: { ...bytes, read: bytes.read + (done?.bytes.read ?? 0), written: done?.bytes.written ?? 0 },
    batches: done?.batches ?? [],
    errors: errors.errors,
    errorsLeftOut: errors.errorsLeftOut + (done?.errorsLeftOut ?? 0),
    capabilities: capabilitiesOf(context),
    verified: {
      checksum: settings.checksum,
      checked: counts.checked,
      excluded: counts.excluded,
      found,
      repaired: done?.files.copied ?? 0,
      findings: repaired ? findings.map((each) => withRepair(each, repaired)) : findings,
      findingsLeftOut: counts.findingsLeftOut,
    },
    startedMs,
  });
}

function nothingCopied({ selection: { prefix }, pipeline }: Context['settings']): string {
  const what =
    prefix === ''
      ? `nothing was copied yet in pipeline ${pipeline}`
      : `nothing below ${prefix}/ was copied in pipeline ${pipeline}`;
  return `${what}, so there is nothing to verify: check --pipeline, --state and --prefix`;
}

function withRepair(finding: FileFinding, { copied, taken }: RepairDone): FileFinding {
  return isDifference(finding.finding)
    ? { ...finding, repaired: taken.has(finding.path) && copied(finding.path) }
    : finding;
}
