/** What a verification has found so far. */
import type { SyncError } from '../../base/errors.ts';
import type { FileRecord } from '../../state/state.ts';
import type { Context } from '../context.ts';
import { errorList, fileError } from '../result/make-result.ts';
import type { FileFinding, Finding } from '../result/result.ts';
import type { Repair } from './repair.ts';
import { isDifference, type Verdict } from './verify-file.ts';

/** Findings that a result names. */
const MOST_FINDINGS = 1000;

export type VerifyTally = ReturnType<typeof newVerifyTally>;

/** Counts, names, logs, and hands what can be repaired to the repair. */
export function newVerifyTally({ log, settings }: Context, repair: Repair | undefined) {
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
