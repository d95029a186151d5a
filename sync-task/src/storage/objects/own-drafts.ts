/** The drafts that this process has begun in a bucket, by path and name: no service can be asked for them by those. */
import { tempName } from '../draft-name.ts';

export interface OwnDrafts<Draft> {
  /** Undefined where it was begun by another process, or is over. Throws `bad-draft-name`. */
  of(path: string, name: string): Draft | undefined;
  keep(path: string, name: string, draft: Draft): void;
  forget(path: string, name: string): void;
  all(): readonly Draft[];
}

export function ownDrafts<Draft>(): OwnDrafts<Draft> {
  const drafts = new Map<string, Draft>();
  const keyOf = (path: string, name: string) => `${path}/${tempName(name)}`; // refuses what is no name of a draft
  return {
    of: (path, name) => drafts.get(keyOf(path, name)),
    keep(path, name, draft) {
      drafts.set(keyOf(path, name), draft);
    },
    forget(path, name) {
      drafts.delete(keyOf(path, name));
    },
    all: () => [...drafts.values()],
  };
}
