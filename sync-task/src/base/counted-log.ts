/** Lines of one kind: the first ones are told, the others counted, and their number is told in the end. */
import type { Facts, Log } from './log.ts';

export interface CountedLog {
  /** @param kind what makes it one of many */
  add(level: 'info' | 'warn' | 'error', kind: string, message: string, facts: Facts): void;
  /** How many more there were of each kind. */
  tellRest(): void;
}

const TOLD = 10;

export function countedLog(log: Log, most = TOLD): CountedLog {
  const kinds = new Map<string, { readonly level: 'info' | 'warn' | 'error'; readonly kind: string; count: number }>();
  return {
    add(level, kind, message, facts) {
      const known = kinds.get(`${level} ${kind}`) ?? { level, kind, count: 0 };
      kinds.set(`${level} ${kind}`, known);
      known.count++;
      if (known.count <= most) log[level](message, facts);
      else log.debug(message, facts);
    },
    tellRest() {
      for (const { level, kind, count } of kinds.values()) {
        const more = count - most;
        if (more > 0)
          log[level](`${kind}: ${more} ${more === 1 ? 'file' : 'files'} more; sync-task status names them`, { count });
      }
      kinds.clear();
    },
  };
}
