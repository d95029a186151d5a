/** The digest of a file whose bytes were never here, because the place of both copied it by itself. */
import { SyncError } from '../../base/errors.ts';
import type { ContentDigest } from '../../base/model.ts';
import type { Context } from '../context.ts';
import type { Attempt } from './attempt.ts';
import { segmentDigest } from './segment-digest.ts';

/**
 * As the places tell it, where both hash files: that of the source, which the finished draft must have as well. No segments where
 * they don't. Throws `transient` where the copy is another one.
 */
export async function toldDigest(
  { source, target, settings, signal }: Context,
  { path, targetPath, version: { size }, name: draft }: Attempt,
): Promise<ContentDigest> {
  const segmentBytes = settings.checkpointBytes;
  if (size === 0) return segmentDigest(segmentBytes).finish();
  const options = { size, segmentBytes, signal };
  const [from = [], to = []] =
    source.capabilities.hashesFiles && target.capabilities.hashesFiles
      ? await Promise.all([
          source.hashSegments?.(path, options),
          target.hashSegments?.(targetPath, { ...options, draft }),
        ])
      : [];
  const all = Math.ceil(size / segmentBytes);
  if (from.length !== all || to.length !== all) return { segmentBytes: 0, segments: [] };
  const different = from.findIndex((hash, index) => hash !== to[index]);
  if (different === -1) return { segmentBytes, segments: from };
  throw new SyncError(
    `${target.label}: the server's copy of ${JSON.stringify(path)} has other bytes (the first behind ${different * segmentBytes}); nothing was published`,
    { kind: 'transient', reason: 'digest-differs', path },
  );
}
