/**
 * Which listed files a plan takes, and why it leaves out the others: `--exclude`, `--include`, `--since`, `--min-age`, markers, and
 * names and kinds that cannot be copied.
 */

import { matcher } from '../../base/glob.ts';
import type { ListedEntry } from '../../base/model.ts';
import type { Selection } from '../../config/settings.ts';

export interface Decision {
  readonly decision: 'take' | 'excluded' | 'deferred' | 'refused' | 'skipped' | 'failed';
  readonly reason: string;
}

const take: Decision = { decision: 'take', reason: '' };

export interface SelectorOptions {
  /** The source's time. */
  nowMs(): number;
  isMarker(path: string): boolean;
}

export function selector(selection: Selection, { nowMs, isMarker }: SelectorOptions): (entry: ListedEntry) => Decision {
  const included = selection.include.length > 0 ? matcher(selection.include) : () => true;
  const excluded = selection.exclude.length > 0 ? matcher(selection.exclude) : () => false;

  return (entry) => {
    if (entry.kind === 'unreadable') {
      // What is below it is unknown, so it is excluded only where everything there would be.
      const isExcluded = excluded(entry.path) || excluded(`${entry.path}/${SOME_NAME}`);
      const isIncluded = selection.include.length === 0 || selection.include.some((glob) => mayHold(glob, entry.path));
      if (isExcluded) return { decision: 'excluded', reason: 'matches --exclude' };
      if (!isIncluded && !included(entry.path)) return { decision: 'excluded', reason: 'matches no --include' };
      return { decision: 'failed', reason: entry.failure?.message ?? 'it cannot be looked at' };
    }
    if (excluded(entry.path)) return { decision: 'excluded', reason: 'matches --exclude' };
    if (isMarker(entry.path)) return { decision: 'excluded', reason: 'is a marker (--marker)' };
    if (!included(entry.path)) return { decision: 'excluded', reason: 'matches no --include' };
    if (entry.kind === 'refused') return { decision: 'refused', reason: entry.reason ?? 'its name cannot be kept' };
    if (entry.kind === 'link') return { decision: 'skipped', reason: 'is a symbolic link' };
    if (entry.kind === 'special') return { decision: 'skipped', reason: 'is no regular file' };
    if (selection.sinceMs !== undefined && !entry.timeUnknown && entry.mtimeMs < selection.sinceMs) {
      return { decision: 'excluded', reason: 'is older than --since' };
    }
    const ageMs = nowMs() - entry.mtimeMs;
    // A time in the future is a wrong clock, not a file that still grows.
    if (ageMs >= 0 && ageMs < selection.minAgeMs) return { decision: 'deferred', reason: 'is younger than --min-age' };
    return take;
  };
}

/** A name that no sensible glob contains. */
const SOME_NAME = '\u0001';

/** Whether a file below the folder could match. */
function mayHold(glob: string, folder: string): boolean {
  if (!glob.includes('/')) return true;
  const parts = glob.replace(/^\//, '').split('/');
  for (const [index, name] of folder.split('/').entries()) {
    const part = parts[index];
    if (part === undefined) return false;
    if (/[*?[\]{}()!+@\\]/.test(part)) return true;
    if (part !== name) return false;
  }
  return true;
}
