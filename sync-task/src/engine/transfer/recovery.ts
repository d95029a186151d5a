/**
 * What to do with a file, decided from what was written down and what one look at the target shows. Pure: an attempt
 * (`attempt.ts`) looks and acts, and so does the sweep, for files that nobody copies now.
 *
 * `docs/architecture.md` has the first function as a table; a test keeps the two equal.
 */

import type { Intent } from './intent.ts';

/** What earlier attempts at a file left. */
export interface Remains {
  /** What the last of them wrote down. */
  readonly intent: Intent['stage'] | 'none';
  /** What is to be copied now, beside what the intent is about: the same version and transforms, others, or nothing. */
  readonly wanted: 'same' | 'other' | 'nothing';
  /**
   * The draft that the intent names. `stored`: it has the bytes that the intent counts on (of the intent to publish, all of
   * them) and a later attempt can build on them.
   */
  readonly draft: 'stored' | 'unfit' | 'gone';
  /** What stands at the target path is proved to be what the intent announced. */
  readonly published: boolean;
}

/**
 * - `record`: it was published, which was not recorded yet
 * - `publish`: the draft is complete
 * - `resume`: the draft has its first segments
 * - `remove`: nothing left there counts; what is wanted is copied from the beginning
 */
export type Recovery = 'record' | 'publish' | 'resume' | 'remove';

export function recoveryOf({ intent, wanted, draft, published }: Remains): Recovery {
  switch (intent) {
    case 'publishing':
      // Of another version than is wanted now: what stands there is ours, and is replaced.
      if (published) return wanted === 'other' ? 'remove' : 'record';
      return draft === 'stored' && wanted === 'same' ? 'publish' : 'remove';
    case 'writing':
      return draft === 'stored' && wanted === 'same' ? 'resume' : 'remove';
    default:
      return 'remove';
  }
}

/** What the copy would replace. */
export interface Standing {
  /** `ours`: what the state, or a proved intent, says was published here. `alike`: of the same size and time. */
  readonly at: 'nothing' | 'ours' | 'alike' | 'file' | 'no-file';
  readonly existing: 'adopt' | 'replace' | 'refuse';
}

/** Only `copy` goes on; with `copy-new` nothing may be replaced at the instant of publishing. */
export type Entrance = 'copy' | 'copy-new' | 'adopt' | 'refuse' | 'no-file';

export function entranceOf({ at, existing }: Standing): Entrance {
  if (at === 'ours') return 'copy';
  if (at === 'no-file') return 'no-file';
  if (at === 'nothing') return existing === 'refuse' ? 'copy-new' : 'copy';
  if (existing === 'refuse') return 'refuse';
  return existing === 'adopt' && at === 'alike' ? 'adopt' : 'copy';
}
