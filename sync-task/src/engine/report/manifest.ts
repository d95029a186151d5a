/** One line of `manifest.jsonl`: what became of one file that the run did not find unchanged. */
import type { ErrorKind } from '../../base/errors.ts';
import type { EntryStatus } from '../../base/model.ts';
import type { ManifestRow } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';

export interface ManifestLine {
  readonly path: string;
  readonly status: EntryStatus;
  /** Why the plan took it, or left it out. */
  readonly why: string;
  /** A stable word for the outcome. */
  readonly reason: string;
  /** For people. */
  readonly message?: string;
  /** How to react, where it failed or was refused. */
  readonly kind?: ErrorKind;
  readonly batch?: number;
  readonly size: number;
  readonly modifiedAt: string;
  /** At the target, where this run left it there. */
  readonly target?: Published;
  /** In order; absent where they were changed since the plan. */
  readonly transforms?: readonly string[];
  /** Rows that were rejected stand in these files of the target. */
  readonly quarantine?: { readonly rows: number; readonly paths: readonly string[] };
  /** Of the attempt that settled it. */
  readonly durationMs?: number;
  /** Claims, and retries within them. 0: nobody worked on it. */
  readonly attempts: number;
  /** Claims whose worker died or lost its lease. */
  readonly claimsLost: number;
}

export interface Published {
  readonly path?: string;
  readonly size: number;
  /** Of the whole file, where it is one segment. */
  readonly sha256?: string;
  /** Of each segment of so many bytes. Neither: it was adopted unread. */
  readonly segments?: { readonly bytes: number; readonly sha256: readonly string[] };
}

export function manifestLine(row: ManifestRow, chain: Chain): ManifestLine {
  const { path, status, why, reason, message, kind, batch, size, mtimeMs, durationMs } = row;
  const planned = plannedChain(row, chain);
  const target = row.published && {
    ...(planned ? { path: planned.targetPath } : {}),
    ...published(row.published),
  };
  const rows = Number(/\brows rejected: (\d+)/.exec(message)?.[1] ?? 0);
  return {
    path,
    status,
    why,
    reason,
    ...(message === '' ? {} : { message }),
    ...(kind === undefined ? {} : { kind }),
    ...(batch === undefined ? {} : { batch }),
    size,
    modifiedAt: timeText(mtimeMs),
    ...(target ? { target } : {}),
    ...(planned ? { transforms: planned.names } : {}),
    ...(target?.path !== undefined && rows > 0
      ? { quarantine: { rows, paths: (planned?.asides ?? []).map((suffix) => target.path + suffix) } }
      : {}),
    ...(durationMs === undefined ? {} : { durationMs }),
    attempts: row.claims + row.retries,
    claimsLost: row.claimsLost,
  };
}

/** Undefined where the transforms were changed since the plan, or cannot tell: one file's own fault. */
function plannedChain({ path, chain: planned }: ManifestRow, chain: Chain) {
  try {
    if (chain.key(path) !== planned) return undefined;
    return { targetPath: chain.targetPath(path), names: chain.names(path), asides: chain.asides(path) };
  } catch {
    return undefined;
  }
}

function published({ size, digest }: NonNullable<ManifestRow['published']>): Published {
  const { segmentBytes, segments } = digest;
  if (segments.length === 0) return { size };
  if (segments.length === 1) return { size, sha256: segments[0] as string };
  return { size, segments: { bytes: segmentBytes, sha256: segments } };
}

/** A server may tell times that no calendar has. */
function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '';
}
