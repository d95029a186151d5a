/**
 * Which paths of the target a plan has given away: with transforms that change names or write files beside others, two files could want
 * the same. What earlier plans gave away is asked of the state (`place-owners.ts`).
 */
import { SyncError } from '../../base/errors.ts';
import type { Chain } from '../../transform/chain/chain.ts';

export interface TargetPlaces {
  /** Why the file can't have its places at the target; undefined where it can, and then has them. The file listed first wins. */
  takenBy(path: string): string | undefined;
}

/** Remembers every path, so memory grows with the listing, but only where a transform changes names or writes beside files. */
export function targetPlaces(chain: Chain): TargetPlaces {
  /** Of each place the file that has it, and whether it is written beside that. */
  const owners = new Map<string, { readonly path: string; readonly aside: boolean }>();
  return {
    takenBy(path) {
      if (!chain.renames && !chain.writesBeside) return undefined;
      let place: string;
      try {
        place = chain.targetPath(path);
      } catch (error) {
        if (error instanceof SyncError && error.kind === 'refused') return error.message;
        throw error;
      }
      const taken = owners.get(place);
      // A listing that changes while it is read may name a file twice.
      if (taken?.path === path) return undefined;
      if (taken?.aside) return `its place at the target, ${place}, is what transforms write beside ${taken.path}`;
      if (taken) return `its transforms name it ${place}, as they name ${taken.path}`;
      const asides = chain.asides(path).map((suffix) => place + suffix);
      for (const aside of asides) {
        const other = owners.get(aside);
        if (other) return `what its transforms write beside it, ${aside}, is the place of ${other.path} at the target`;
      }
      owners.set(place, { path, aside: false });
      for (const aside of asides) owners.set(aside, { path, aside: true });
      return undefined;
    },
  };
}
