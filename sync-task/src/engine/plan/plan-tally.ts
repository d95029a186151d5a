/** What a plan has decided so far: counted, explained, logged, and kept as rows until the state takes them. */
import type { ErrorKind } from '../../base/errors.ts';
import type { ListedEntry } from '../../base/model.ts';
import type { Candidate, NewEntry } from '../../state/state.ts';
import type { Context } from '../context.ts';
import { errorList } from '../result/make-result.ts';
import { batchPacker } from './batch-packer.ts';
import { type Explainer, explainer } from './explainer.ts';

export type PlanTally = ReturnType<typeof newPlanTally>;

/** `asked` hears why each file was chosen or left out; undefined: the log and the result, where the settings ask for it. */
export function newPlanTally({ settings, source, log }: Context, asked: Explainer | undefined) {
  const explain = asked ?? explainer(settings.explain || settings.dryRun, log);
  const packer = batchPacker({
    files: settings.batchFiles,
    bytes: settings.batchBytes,
    maxBatches: settings.maxBatches,
  });
  const errors = errorList();
  const counts = { listed: 0, unchanged: 0, excluded: 0, planned: 0, deferred: 0, refused: 0, skipped: 0, failed: 0 };
  let plannedBytes = 0;
  let leftForLater = 0;
  let rows: NewEntry[] = [];

  return {
    explain,
    packer,
    errors,
    counts,
    get leftForLater() {
      return leftForLater;
    },
    get waitingRows() {
      return rows.length;
    },
    takeRows(): readonly NewEntry[] {
      const taken = rows;
      rows = [];
      return taken;
    },

    copy(candidate: Candidate, reason: string): void {
      counts.planned++;
      plannedBytes += candidate.size;
      packer.add(candidate.size);
      explain.add({ path: candidate.path, decision: 'copy', reason });
      rows.push({ ...candidate, number: counts.planned, status: 'planned', reason });
    },

    /** Neither an excluded file nor an unchanged one gets a row. */
    pass(path: string, decision: 'excluded' | 'unchanged', reason: string): void {
      counts[decision]++;
      explain.add({ path, decision, reason });
    },

    leave({ path, size, mtimeMs }: ListedEntry, decision: 'deferred' | 'refused' | 'skipped', reason: string): void {
      counts[decision]++;
      explain.add({ path, decision, reason });
      rows.push({ path, size, mtimeMs, chain: '', number: undefined, status: decision, reason });
      if (decision === 'skipped') return;
      log.warn(`${decision}: ${path} ${reason}`);
      if (decision === 'refused') {
        const message = `${source.label}: ${path} is refused: ${reason}; mend it there or exclude it`;
        errors.add({ path, kind: 'refused', reason: 'refused-name', message });
      }
    },

    leaveFailed(path: string, { kind, reason }: { kind: ErrorKind; reason: string }, message: string): void {
      counts.failed++;
      explain.add({ path, decision: 'failed', reason: message });
      rows.push({ path, size: 0, mtimeMs: 0, chain: '', number: undefined, status: 'failed', kind, reason, message });
      log.error(`failed: ${message}`, { path, reason });
      errors.add({ path, kind, reason, message });
    },

    /** `--max-files` and `--max-bytes`. A single file above the bound is taken alone, or it would wait for ever. */
    isFull(size: number): boolean {
      const { maxFiles = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = settings;
      return counts.planned >= maxFiles || (counts.planned > 0 && plannedBytes + size > maxBytes);
    },

    /** Logged once for all of them, after the listing: there may be a million. */
    leaveForLater(candidate: Candidate): void {
      const reason = 'waits for the next run: this one is full (--max-files, --max-bytes)';
      counts.deferred++;
      leftForLater++;
      explain.add({ path: candidate.path, decision: 'deferred', reason });
      rows.push({ ...candidate, number: undefined, status: 'deferred', reason });
    },
  };
}
