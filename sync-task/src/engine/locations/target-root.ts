/**
 * Can the target be reached, and does it hold anything? One page of its listing tells both. So wrong credentials and a missing
 * bucket fail even where nothing is to be copied, and a folder that is gone, or a disk that is not mounted, does not pass for a new
 * target.
 */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import type { GateFinding } from '../result/result.ts';

/** `unknown`: names in it can be looked up, but it cannot be listed. */
export type TargetRoot = 'missing' | 'empty' | 'in-use' | 'unknown';

/** Throws the reason why the target cannot be reached. */
export async function lookAtRoot({ target, signal }: Pick<Context, 'target' | 'signal'>): Promise<TargetRoot> {
  try {
    for await (const page of target.list({ prefix: '', signal })) if (page.length > 0) return 'in-use';
    return 'empty';
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asSyncError(thrown);
    if (error.reason === 'not-found') return 'missing';
    if (error.kind !== 'permission' && error.kind !== 'permanent') throw error;
    // Where only listing is forbidden, a name can still be looked up.
    await target.stat('sync-task').catch(() => {
      throw error;
    });
    return 'unknown';
  }
}

/** Whether the pipeline has delivered any file. */
export async function hasDelivered({ state }: Pick<Context, 'state'>, pipelineId: number): Promise<boolean> {
  return (await state.files(pipelineId, { prefix: '', after: '', limit: 1 })).length > 0;
}

/**
 * The gate `empty-target`, for a pipeline that has delivered files. An empty target may be one whose files are collected: a
 * warning, unless the setting asks for more. A target that is gone refuses the run unless the gate is off or accepted.
 */
export function emptyTarget({ settings }: Pick<Context, 'settings'>, root: TargetRoot): readonly GateFinding[] {
  const { action } = settings.gates['empty-target'];
  if (action === 'off' || (root !== 'missing' && root !== 'empty')) return [];
  const isAccepted = settings.accept.includes('empty-target');
  const verdict = action === 'warn' && root === 'empty' ? 'warned' : isAccepted ? 'accepted' : 'refused';
  const stands = root === 'missing' ? 'the target is gone' : 'nothing stands at the target any more';
  return [{ gate: 'empty-target', folder: '', verdict, what: `${stands}, though files were delivered there` }];
}

/** For a worker: the folder that its plan saw must still be there. Throws `refused`. */
export async function assertRootStands(context: Context, pipelineId: number): Promise<void> {
  const { settings, target } = context;
  const root = await lookAtRoot(context);
  if (settings.gates['empty-target'].action === 'off' || settings.accept.includes('empty-target')) return;
  if (root !== 'missing' || !(await hasDelivered(context, pipelineId))) return;
  throw new SyncError(
    `${target.label} is gone, though files were delivered there: bring it back (is its disk mounted?), or plan again with --new-target to deliver everything anew`,
    { kind: 'refused', reason: 'empty-target' },
  );
}
