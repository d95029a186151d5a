/**
 * What a run was planned with, kept with the run: all that decides what a file becomes, where it goes, and what may be replaced
 * there. A later process may have other settings, so it compares before it touches anything.
 *
 * Not part of it, because the result is true with any of them: credentials, users, speed, memory, batches, segments
 * (`--checkpoint-bytes`; they are kept with every digest), leases, `--fsync`. `--verify` may be stronger than planned, never
 * weaker.
 */
import { createHash } from 'node:crypto';
import { SyncError } from '../../base/errors.ts';
import type { Settings } from '../../config/settings.ts';
import type { RunRecord } from '../../state/state.ts';
import type { Chain, StepIdentity } from '../../transform/chain/chain.ts';
import type { Log } from '../context.ts';

export interface PlannedWith {
  readonly source: string;
  readonly target: string;
  readonly transforms: readonly StepIdentity[];
  /** Whether a file may go elsewhere than to its own path. */
  readonly renames: boolean;
  readonly existing: Settings['existing'];
  readonly verify: Settings['verify'];
  /** Undefined in runs of an earlier version, which only renamed. */
  readonly publish?: Settings['publish'];
  /** How objects are stored. */
  readonly stored: string;
  /** Which files the plan takes. Compared only where the plan is asked for again; workers do not need it. */
  readonly selection: string;
}

export function plannedWith(settings: Settings, chain: Chain): PlannedWith {
  const { source, target } = settings.identities;
  const { prefix, include, exclude, marker } = settings.selection;
  const { transformChanged, force, existing, verify, publish } = settings;
  return {
    source,
    target,
    transforms: chain.identity,
    renames: chain.renames,
    existing,
    verify,
    publish,
    stored: hashOf(settings.target.s3 ?? {}),
    selection: hashOf({ prefix, include, exclude, marker, transformChanged, force }),
  };
}

/** Undefined where an older version planned it. */
export function recordedWith({ details }: Pick<RunRecord, 'details'>): PlannedWith | undefined {
  return (details as { readonly plannedWith?: PlannedWith } | null)?.plannedWith;
}

/** Throws `usage` where the settings at hand are not those of the plan. */
export function assertPlannedWith(record: RunRecord, now: PlannedWith, log: Log, what: 'work' | 'plan'): void {
  const planned = recordedWith(record);
  if (!planned) {
    const message = `run ${record.id} was planned by an earlier version, which did not write down its source, target and transforms: they are not compared`;
    log.warn(message, { run: record.id });
    return;
  }
  const difference = differenceOf(planned, now, what);
  if (difference === undefined) return;
  throw new SyncError(
    `run ${record.id} was planned with other settings: ${difference}; nothing was touched. Give it the settings of its plan, or plan another run`,
    { kind: 'usage', reason: 'other-settings' },
  );
}

function differenceOf(planned: PlannedWith, now: PlannedWith, what: 'work' | 'plan'): string | undefined {
  const differs = (option: string, was: string, is: string) => `--${option} was ${was} and is ${is}`;
  if (planned.source !== now.source) return differs('source', planned.source, now.source);
  if (planned.target !== now.target) return differs('target', planned.target, now.target);
  const transforms = transformsDiffer(planned.transforms, now.transforms);
  if (transforms !== undefined) return transforms;
  if (planned.existing !== now.existing) return differs('existing', planned.existing, now.existing);
  if (planned.verify === 'read-back' && now.verify !== 'read-back')
    return differs('verify', planned.verify, now.verify);
  const publish = planned.publish ?? 'rename';
  if (publish !== (now.publish ?? 'rename')) return differs('publish', publish, now.publish ?? 'rename');
  if (planned.stored !== now.stored) return 'the options --target-s3-… are others';
  if (what === 'plan' && planned.selection !== now.selection)
    return 'one of --prefix, --include, --exclude, --marker, --transform-changed and --force is another';
  return undefined;
}

function transformsDiffer(planned: readonly StepIdentity[], now: readonly StepIdentity[]): string | undefined {
  const names = (steps: readonly StepIdentity[]) => steps.map(({ name }) => name).join(', ') || 'none';
  if (names(planned) !== names(now)) return `--transform was ${names(planned)} and is ${names(now)}`;
  const index = now.findIndex(({ hash }, at) => hash !== planned[at]?.hash);
  if (index < 0) return undefined;
  return `--transform ${index + 1} (${now[index]?.name}) has other options, another glob or another version`;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
