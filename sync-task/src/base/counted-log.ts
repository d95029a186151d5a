/** Logs the first lines of each kind and counts the others, so that a million bad files don't fill the log. */
import type { Facts, Log } from './log.ts';

export interface CountedLog {
  /** @param kind lines of the same level and kind are counted together */
  add(level: 'info' | 'warn' | 'error', kind: string, message: string, facts: Facts): void;
  /** Logs how many more there were of each kind, and starts over. */
  tellRest(): void;
}

const LOGGED = 10;

export function countedLog(log: Log, most = LOGGED): CountedLog {
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
