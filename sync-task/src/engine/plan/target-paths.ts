/**
 * Which target paths this plan has given away: where transforms rename files or write side files, two files could want the same
 * path. Paths that earlier plans gave away are asked of the state (`path-owners.ts`).
 */
import { SyncError } from '../../base/errors.ts';
import type { Chain } from '../../transform/chain/chain.ts';

export interface TargetPaths {
  /** Why the file cannot have its target paths; undefined where it can, and then has them. The file listed first wins. */
  takenBy(path: string): string | undefined;
}

/** Remembers every path, so memory grows with the listing, but only where a transform renames files or writes side files. */
export function targetPaths(chain: Chain): TargetPaths {
  /** By target path: the file that has it, and whether for one of its side files. */
  const owners = new Map<string, { readonly path: string; readonly sideFile: boolean }>();
  return {
    takenBy(path) {
      if (!chain.renames && !chain.writesBeside) return undefined;
      let targetPath: string;
      try {
        targetPath = chain.targetPath(path);
      } catch (error) {
        if (error instanceof SyncError && error.kind === 'refused') return error.message;
        throw error;
      }
      const taken = owners.get(targetPath);
      // A listing that changes while it is read may name a file twice.
      if (taken?.path === path) return undefined;
      if (taken?.sideFile)
        return `its place at the target, ${targetPath}, is what transforms write beside ${taken.path}`;
      if (taken) return `its transforms name it ${targetPath}, as they name ${taken.path}`;
      const sideFiles = chain.asides(path).map((suffix) => targetPath + suffix);
      for (const sideFile of sideFiles) {
        const other = owners.get(sideFile);
        if (other)
          return `what its transforms write beside it, ${sideFile}, is the place of ${other.path} at the target`;
      }
      owners.set(targetPath, { path, sideFile: false });
      for (const sideFile of sideFiles) owners.set(sideFile, { path, sideFile: true });
      return undefined;
    },
  };
}
