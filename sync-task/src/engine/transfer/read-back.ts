/** `--verify read-back`: the target's bytes are read again and compared with what was written. */
import { SyncError } from '../../base/errors.ts';
import type { Context } from '../context.ts';
import { compareContent } from './content-digest.ts';
import type { PublishIntent } from './intent.ts';

/**
 * Reads the finished draft, before it is published. `published`: reads the file itself afterwards, where the target cannot read drafts.
 * Throws `transient` where they differ.
 */
export async function readBack(
  { target, signal }: Context,
  path: string,
  { targetSize, targetMtimeMs, digest, draft }: PublishIntent,
  what: 'draft' | 'published',
): Promise<void> {
  const expected = { size: targetSize, mtimeMs: targetMtimeMs };
  const options = { expected, signal, ...(what === 'draft' && { draft }) };
  if ((await compareContent(target, path, digest, options)) === undefined) return;
  const consequence =
    what === 'published' ? 'it stands there all the same and is copied again' : 'nothing was published';
  throw new SyncError(
    `${target.label}: ${JSON.stringify(path)} reads back other bytes than were written; ${consequence}`,
    { kind: 'transient', reason: 'digest-differs', path },
  );
}
