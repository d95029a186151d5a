/** The one irreversible step: makes a complete draft the target's file, after its side files. */
import { asSyncError, SyncError } from '../../base/errors.ts';
import type { MayWrite } from '../../storage/storage.ts';
import type { Context } from '../context.ts';
import type { PublishIntent } from './intent.ts';
import { isPublished } from './remains.ts';
import { publishSideFiles, type SideFiles } from './side-file.ts';

/** `taken-away`: in place, and nothing stood there any more right afterwards. */
export type Published = 'stands' | 'taken-away';

export interface Publishing {
  readonly path: string;
  readonly targetPath: string;
  readonly intent: PublishIntent;
  /** Undefined where an earlier attempt wrote them. */
  readonly sides: SideFiles | undefined;
  readonly mayWrite: MayWrite;
}

/** The intent must be saved before. */
export async function publishDraft(context: Context, publishing: Publishing): Promise<Published> {
  const { target } = context;
  const { targetPath, intent, sides, mayWrite } = publishing;
  if (sides) await sides.publish();
  else await publishSideFiles(target, targetPath, intent);
  const { draft, ticket, mark } = intent;
  try {
    await target.publish(targetPath, draft, { ticket, mark, onlyNew: intent.onlyNew === true, mayWrite });
  } catch (error) {
    // The answer to an earlier try may have been lost: then what is in the way is the file itself.
    if (asSyncError(error).reason !== 'exists' || !(await isPublished(context, targetPath, intent))) throw error;
  }
  return target.capabilities.inPlace ? lookBehind(context, publishing) : 'stands';
}

/** In place, the file's owner may take it as soon as it is closed: only the target knows what became of it. */
async function lookBehind({ target }: Context, { path, targetPath, intent }: Publishing): Promise<Published> {
  const found = await target.stat(targetPath);
  if (!found) return 'taken-away';
  if (found.kind === 'file' && found.size === intent.targetSize) return 'stands';
  throw new SyncError(
    `${target.label}: ${JSON.stringify(targetPath)} is not what was written there a moment ago (${found.size} bytes, not ${intent.targetSize}): somebody else writes to it`,
    { kind: 'transient', reason: 'size-differs', path },
  );
}
