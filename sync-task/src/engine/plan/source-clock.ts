/**
 * The source's time: asked of its storage once, then counted by the monotonic clock. A worker's wall clock may be set meanwhile,
 * and proves nothing about the source's.
 */
import type { Context } from '../context.ts';

export interface SourceClock {
  /** The worker's wall clock, until the source has answered. */
  nowMs(): number;
  /** Whether the source has answered. */
  readonly isKnown: boolean;
  ask(): Promise<void>;
}

/** A wall clock that is set by more than this while the source is asked spoils the answer. */
const MOVED_MS = 100;
const TRIES = 3;

export function sourceClock({ source, world, signal }: Pick<Context, 'source' | 'world' | 'signal'>): SourceClock {
  const aheadMs = () => world.wallMs() - world.monotonicMs();
  let offsetMs = aheadMs();
  let isKnown = false;
  return {
    nowMs: () => world.monotonicMs() + offsetMs,
    get isKnown() {
      return isKnown;
    },
    async ask() {
      for (let tries = 1; tries <= TRIES; tries++) {
        const beforeMs = aheadMs();
        const skewMs = await source.clockSkew(signal);
        if (skewMs === undefined) return;
        if (Math.abs(aheadMs() - beforeMs) > MOVED_MS) continue;
        offsetMs = beforeMs + skewMs;
        isKnown = true;
        return;
      }
    },
  };
}
