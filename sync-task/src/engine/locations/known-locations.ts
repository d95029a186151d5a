/** A pipeline remembers its source and target: pointed elsewhere, its checkpoints would be untrue. */

import { SyncError } from '../../base/errors.ts';
import type { CommonSettings } from '../../config/settings.ts';
import type { PipelineRecord, State } from '../../state/state.ts';
import type { Context } from '../context.ts';
import { NEW_TARGET } from '../reasons.ts';

/** The pipeline, its locations compared with those of the settings. Throws `usage`. Writes nothing of them. */
export async function pipelineHere(context: Context): Promise<PipelineRecord> {
  const pipeline = await context.state.pipeline(context.settings.pipeline);
  assertHere(context, pipeline);
  return pipeline;
}

/**
 * For workers that hold files of a run: another process may have pointed the pipeline elsewhere since the plan. It cannot while a
 * file is held. Throws `usage`.
 */
export async function assertStillHere({ settings, state }: Pick<Context, 'settings' | 'state'>): Promise<void> {
  assertHere(
    { settings: { ...settings, newTarget: false, sameFiles: false } },
    await state.pipeline(settings.pipeline),
  );
}

export interface PlannedPipeline {
  readonly pipeline: PipelineRecord;
  /** Why every file counts as new; undefined where none does because of the target. */
  readonly newBecause: typeof NEW_TARGET | undefined;
}

/**
 * For a plan: also remembers the locations where none are, or where the user says what became of them. `emptied` tells
 * whether nothing stands at the target any more, though files were delivered.
 */
export async function pipelineToPlan(
  context: Context,
  emptied: (known: PipelineRecord) => Promise<boolean>,
): Promise<PlannedPipeline> {
  const { settings, state, log } = context;
  const { identities } = settings;
  const known = await state.pipeline(settings.pipeline);
  assertHere(context, known);
  const isElsewhere = known.target !== undefined && known.target !== identities.target;
  if (settings.newTarget && (isElsewhere || (await emptied(known)))) {
    const message = `${settings.dryRun ? 'would forget' : 'forgets'} what was delivered until now, everything is delivered to ${identities.target}`;
    log.warn(`pipeline ${known.name} ${message} (--new-target)`);
    if (!settings.dryRun) await state.forgetDelivered(known, identities);
    return { pipeline: { ...known, ...identities }, newBecause: NEW_TARGET };
  }
  if (settings.dryRun || (known.source === identities.source && known.target === identities.target))
    return { pipeline: known, newBecause: undefined };
  if (known.target !== undefined) {
    const moved = [known.source !== identities.source && identities.source, isElsewhere && identities.target].filter(
      Boolean,
    );
    log.warn(`pipeline ${known.name} goes on with the same files at ${moved.join(' and ')} (--same-files)`);
  }
  const recorded = await state.recordLocations(known, identities);
  // Another process may have been faster, with other locations.
  assertHere({ settings: { ...settings, newTarget: false, sameFiles: false } }, recorded);
  return { pipeline: recorded, newBecause: undefined };
}

function assertHere({ settings }: Pick<Context, 'settings'>, { name, source, target }: PipelineRecord): void {
  const { identities, newTarget, sameFiles } = settings;
  if (source !== undefined && source !== identities.source && !sameFiles) {
    throw elsewhere(
      'source',
      `pipeline ${name} reads from ${source}, not from ${identities.source}`,
      'where the same files stand at the new address, say --same-files; for other files choose another --pipeline',
    );
  }
  if (target !== undefined && target !== identities.target && !sameFiles && !newTarget) {
    throw elsewhere(
      'target',
      `pipeline ${name} delivers to ${target}, not to ${identities.target}`,
      'where everything is to be delivered there, say --new-target; where the same files stand at the new address, --same-files; or choose another --pipeline',
    );
  }
}

function elsewhere(role: string, what: string, advice: string): SyncError {
  return new SyncError(`--${role}: ${what}: ${advice}`, { kind: 'usage', reason: `other-${role}` });
}

/**
 * The settings with the name under which the pipeline is known. An earlier version named pipelines by URLs alone, which did not tell
 * services apart. Such a name stays in use, unless the state says that it belongs to other locations.
 */
export async function withKnownName<S extends CommonSettings>(settings: S, state: State): Promise<S> {
  const { formerPipeline, identities } = settings;
  if (formerPipeline === undefined || !identities || (await state.findPipeline(settings.pipeline))) return settings;
  const former = await state.findPipeline(formerPipeline);
  if (!former) return settings;
  const isThere = (known: string | undefined, identity: string) => known === undefined || known === identity;
  const isSame = isThere(former.source, identities.source) && isThere(former.target, identities.target);
  return isSame ? { ...settings, pipeline: formerPipeline } : settings;
}
