/** What is recorded of a settled file. */
import type { SyncError } from '../../base/errors.ts';
import type { Outcome } from '../../base/model.ts';
import type { Checkpoint, Claim, OutcomeRow } from '../../state/state.ts';
import type { PublishIntent } from './intent.ts';

/** The row of what an earlier attempt published, whatever is wanted now. */
export function publishedBefore(
  claim: Pick<Claim, 'path' | 'token'>,
  targetPath: string,
  intent: PublishIntent,
): OutcomeRow {
  const made = { ...intent.version, chain: intent.chain };
  return {
    ...outcomeRow(claim, 'copied', 'published-before', checkpointOf(made, targetPath, intent)),
    keys: intent.keys,
  };
}

type Written = Pick<PublishIntent, 'targetSize' | 'targetMtimeMs' | 'mtimeKept' | 'digest' | 'sourceDigest'>;

export function checkpointOf(
  { size, mtimeMs, chain }: Pick<Claim, 'size' | 'mtimeMs' | 'chain'>,
  targetPath: string,
  published: Written,
): Checkpoint {
  const { targetSize, targetMtimeMs, mtimeKept, digest, sourceDigest } = published;
  return {
    size,
    mtimeMs,
    chain,
    targetSize,
    digest,
    sourceDigest,
    targetPath: chain === '' ? undefined : targetPath,
    targetMtimeMs: mtimeKept ? targetMtimeMs : undefined,
  };
}

export function outcomeRow(
  { path, token }: Pick<Claim, 'path' | 'token'>,
  outcome: Outcome,
  reason: string,
  checkpoint: Checkpoint | undefined,
): OutcomeRow {
  return { path, token, outcome, kind: undefined, reason, message: '', checkpoint };
}

export function failedRow(claim: Claim, error: SyncError): OutcomeRow {
  const outcome = error.kind === 'changed' ? 'deferred' : error.kind === 'refused' ? 'refused' : 'failed';
  const kind = outcome === 'deferred' ? undefined : error.kind;
  // A transform knows no path; whoever reads the message needs it.
  const message = error.path === undefined ? `${JSON.stringify(claim.path)}: ${error.message}` : error.message;
  return { ...outcomeRow(claim, outcome, error.reason, undefined), kind, message };
}
