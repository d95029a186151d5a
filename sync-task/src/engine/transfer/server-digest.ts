/** The digest of a file that the server copied by itself, so that its bytes were never here. */
import { SyncError } from '../../base/errors.ts';
import type { ContentDigest } from '../../base/model.ts';
import type { Context } from '../context.ts';
import type { Attempt } from './attempt.ts';
import { segmentDigest } from './segment-digest.ts';

/**
 * Asked of source and target where both hash files: the source's digest, which the finished draft must have too. No segments where
 * they do not hash. Throws `transient` where the two differ.
 */
export async function serverDigest(
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
