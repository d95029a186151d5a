/** What a worker has done so far: counted, logged, and its errors listed. */
import { countedLog } from '../../base/counted-log.ts';
import type { Outcome } from '../../base/model.ts';
import type { Claim, OutcomeRow } from '../../state/state.ts';
import type { Context } from '../context.ts';
import { type ErrorList, errorList } from '../result/make-result.ts';
import type { TransformCounts } from '../result/transform-counts.ts';

export interface WorkDone {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly bytes: { readonly read: number; readonly written: number; readonly resumed: number };
  /** Of the files published here. */
  readonly transformCounts: TransformCounts;
  readonly errors: ErrorList;
  /** Files not begun because the time was up (`--max-duration`). */
  readonly leftPlanned: number;
}

export function newWorkTally({ log, progress }: Context) {
  const outcomes = { copied: 0, adopted: 0, unchanged: 0, deferred: 0, refused: 0, failed: 0 };
  const bytes = { read: 0, written: 0, resumed: 0 };
  const transformCounts: TransformCounts = {};
  const errors = errorList();
  const logged = countedLog(log);
  const settledFiles = countedLog(log, progress.filesTold);

  return {
    bytes,
    transformCounts,
    /** For log lines that concern many files. */
    logged,
    done: { outcomes, bytes, transformCounts, errors },
    /** Its row is recorded. */
    settled(row: OutcomeRow, { size, reason: why }: Claim): void {
      const { path, outcome, reason, message, work } = row;
      outcomes[outcome]++;
      progress.file();
      const tries = 1 + (work?.retries ?? 0);
      const seconds = (work?.durationMs ?? 0) / 1000;
      const facts = { path, reason, bytes: size, seconds, tries };
      if (outcome === 'deferred') logged.add('warn', `deferred, ${reason}`, `deferred: ${message}`, facts);
      else if (outcome === 'failed' || outcome === 'refused') {
        logged.add('error', `${outcome}, ${reason}`, `${outcome}: ${message}`, facts);
        errors.add({ path, kind: row.kind ?? 'permanent', reason, message });
      } else if (progress.filesTold !== undefined) {
        const more = message === '' || message === why ? '' : `: ${message}`;
        settledFiles.add('info', outcome, `${outcome}: ${path}${more}`, { bytes: size, seconds, why, tries });
      } else log.debug(message === '' ? outcome : `${outcome}: ${message}`, { path, reason });
    },
    /** Logs how many lines were left out. */
    tellRest(): void {
      logged.tellRest();
      settledFiles.tellRest();
    },
  };
}
