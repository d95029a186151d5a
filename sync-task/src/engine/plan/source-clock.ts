/**
 * The source's time, as its storage tells it: asked once, then counted by a clock that nobody sets. A worker's wall clock may be
 * put forward or back meanwhile, and says nothing of the source's.
 */
import type { Context } from '../context.ts';

export interface SourceClock {
  /** The worker's own wall clock, until the source was asked and told. */
  nowMs(): number;
  /** Whether the source told its time. */
  readonly isKnown: boolean;
  ask(): Promise<void>;
}

/** A wall clock that moved so far against the other one while the source was asked spoils the answer. */
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
