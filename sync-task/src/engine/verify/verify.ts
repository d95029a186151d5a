/**
 * `verify`: is everything that was copied still at the target, as it was written? Walks the state a page at a time, many
 * files at once; what was never copied is `plan`'s business. With `--repair`, what was lost or changed is copied again.
 */
import { asSyncError, type SyncError } from '../../base/errors.ts';
import type { FileRecord } from '../../state/state.ts';
import { openChain } from '../../transform/chain/open-chain.ts';
import type { Context } from '../context.ts';
import { pipelineHere } from '../locations/known-locations.ts';
import { assertApart } from '../locations/overlap.ts';
import { selector } from '../plan/selection.ts';
import type { Result } from '../result/result.ts';
import { finishRepair, openRepair } from './repair.ts';
import { isDifference, type Look, type Verdict, verifyFile } from './verify-file.ts';
import { verifyResult } from './verify-result.ts';
import { newVerifyTally } from './verify-tally.ts';

const RECORDS_AT_ONCE = 500;
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

  const tally = newVerifyTally(context, repair);
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

/** A difference is looked at again where a worker had the file meanwhile. */
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

/** About the server or the state, not about a file: the next file would fail the same way. */
function isEverywhere({ reason }: SyncError): boolean {
  return reason === 'server-lost' || reason === 'unreachable' || reason.startsWith('state-');
}

/** The checkpoints of all files that the selection chooses. */
async function* selectedRecords(
  { state, world, settings: { selection } }: Context,
  pipelineId: number,
  leaveOut: () => void,
): AsyncGenerator<FileRecord> {
  // Age does not matter here: the file was copied.
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

function nothingCopied({ selection: { prefix }, pipeline }: Context['settings']): string {
  const what =
    prefix === ''
      ? `nothing was copied yet in pipeline ${pipeline}`
      : `nothing below ${prefix}/ was copied in pipeline ${pipeline}`;
  return `${what}, so there is nothing to verify: check --pipeline, --state and --prefix`;
}
