/** Whether a file is as it was copied, where the source reports no times: size and content decide. */
import type { Checkpoint } from '../../state/state.ts';
import type { Context } from '../context.ts';
import type { Attempt } from './attempt.ts';
import { compareContent } from './content-digest.ts';

/** Reads the source; throws `changed` where it changes meanwhile. */
export async function hasSameContent(
  { source, target, signal }: Context,
  { path, targetPath, version, claim }: Attempt,
  checkpoint: Checkpoint,
): Promise<boolean> {
  if (checkpoint.size !== version.size || checkpoint.chain !== claim.chain) return false;
  const recorded = checkpoint.sourceDigest ?? (claim.chain === '' ? checkpoint.digest : undefined);
  if (recorded === undefined || recorded.segmentBytes === 0) return false; // adopted: its content was never seen
  const standing = await target.stat(targetPath);
  if (standing?.kind !== 'file' || standing.size !== checkpoint.targetSize) return false;
  return (await compareContent(source, path, recorded, { expected: version, signal })) === undefined;
}
