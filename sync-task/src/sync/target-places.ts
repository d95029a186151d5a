/** Which paths of the target a plan has given away: with transforms that change names, two files could want the same. */
import { SyncError } from '../errors.ts';
import type { Chain } from '../transform/chain.ts';

export interface TargetPlaces {
  /** Why the file can't have its place at the target; undefined where it can, and then has it. The file listed first wins. */
  takenBy(path: string): string | undefined;
}

/** Remembers every path, so memory grows with the listing, but only where a transform changes names. */
export function targetPlaces(chain: Chain): TargetPlaces {
  const sources = new Map<string, string>();
  return {
    takenBy(path) {
      if (!chain.renames) return undefined;
      let place: string;
      try {
        place = chain.targetPath(path);
      } catch (error) {
        if (error instanceof SyncError && error.kind === 'refused') return error.message;
        throw error;
      }
      const other = sources.get(place);
      if (other === undefined) sources.set(place, path);
      return other === undefined ? undefined : `its transforms name it ${place}, as they name ${other}`;
    },
  };
}
