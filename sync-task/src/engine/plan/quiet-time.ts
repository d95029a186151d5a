/**
 * How long a plan waits after its listing, once for all files, so that what is read afterwards can be trusted. A file that differs
 * from its listing when it is read is deferred: the wait gives that comparison its meaning.
 *
 * - `--stable`: a file is read at least so long after it was listed.
 * - Always: a file written within the step of the source's clock may be rewritten in the same step, with the same size, and look
 *   the same ever after. It is read only when that step is over: a later rewrite then shows in its time. Where the source does not
 *   report its clock, any file may be that young whose time is about a day or less from the worker's clock.
 */
import type { SourceClock } from './source-clock.ts';

export interface QuietTime {
  /** A file that will be copied. */
  add(mtimeMs: number): void;
  /** Milliseconds from now until files may be read; 0 where no wait is needed. */
  leftMs(): number;
}

/** Clocks of file systems tick in steps of up to 10 ms, whatever they report. */
const SHORTEST_STEP_MS = 20;
/** Clocks are reported in whole seconds: an offset may be off by this much. */
const UNSURE_MS = 2000;
/** How far an unknown clock may be off: as far as time zones are apart, where local time was taken for UTC. */
const OFF_AT_MOST_MS = 26 * 3_600_000;

/** `clock` is the source's, `mtimeStepMs` the finest step of its modification times. */
export function quietTime(options: {
  readonly stableMs: number;
  readonly mtimeStepMs: number;
  readonly clock: Pick<SourceClock, 'nowMs' | 'isKnown'>;
}): QuietTime {
  const { stableMs, clock } = options;
  // One step for the time stamp's own coarseness, one for what passes between the listing and now.
  const stepsMs = 2 * Math.max(options.mtimeStepMs, SHORTEST_STEP_MS);
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    add(mtimeMs) {
      const listedMs = clock.nowMs();
      if (stableMs > 0) untilMs = Math.max(untilMs, listedMs + stableMs);
      // A time far in the future is a wrong clock: waiting for it to pass could take years.
      const isFuture = mtimeMs > listedMs + stepsMs + UNSURE_MS;
      const overMs = clock.isKnown ? mtimeMs + stepsMs + UNSURE_MS : Number.POSITIVE_INFINITY;
      const mayBeYoung = clock.isKnown ? !isFuture : Math.abs(mtimeMs - listedMs) <= OFF_AT_MOST_MS;
      if (mayBeYoung) untilMs = Math.max(untilMs, Math.min(overMs, listedMs + stepsMs));
    },
    leftMs: () => Math.max(0, Math.ceil(untilMs - clock.nowMs())),
  };
}
