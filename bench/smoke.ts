/** The verdict of `--smoke`: has sync-task become clearly slower? */
import type { Case } from './cases.ts';
import type { CaseResult } from './results.ts';
import { contestantOf, oursOf, ratioTo } from './summary.ts';
import { ratioText } from './table.ts';

/** Why the case is lost; undefined if it is not, or if it has no limit. */
export function lossOf({ name, atMost }: Case, result: CaseResult): string | undefined {
  if (atMost === undefined) return undefined;
  const ratio = ratioTo(contestantOf(result, 'rclone-best'), oursOf(result), 'wallMs');
  if (!ratio) return `${name}: there is no rclone to compare with`;
  if (ratio.median <= atMost) return undefined;
  return `${name}: ${ratioText(ratio)} times rclone's time; at most ${atMost} is fine`;
}
