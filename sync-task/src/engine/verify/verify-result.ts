/** A verification in the words of the log and of the result. */
import type { SyncError } from '../../base/errors.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Context } from '../context.ts';
import { fileError, makeResult } from '../result/make-result.ts';
import type { FileFinding, Result } from '../result/result.ts';
import type { RepairDone } from './repair.ts';
import { isDifference } from './verify-file.ts';
import type { VerifyTally } from './verify-tally.ts';

export interface Verification {
  readonly tally: VerifyTally;
  readonly failure: SyncError | undefined;
  /** A repair of this name that an earlier process had begun. */
  readonly before: RepairDone | undefined;
  readonly repaired: RepairDone | undefined;
  readonly bytes: Result['bytes'];
  readonly startedMs: number;
}

export function verifyResult(
  context: Context,
  { tally, failure, before, repaired, bytes, startedMs }: Verification,
): Result {
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

function withRepair(finding: FileFinding, { copied, taken }: RepairDone): FileFinding {
  return isDifference(finding.finding)
    ? { ...finding, repaired: taken.has(finding.path) && copied(finding.path) }
    : finding;
}
