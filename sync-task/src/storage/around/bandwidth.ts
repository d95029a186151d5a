/**
 * A limit on bytes a second: a decorator over the source. A reader waits before it gets the next bytes; what it does not
 * take is not asked for, so the connection slows down to the limit. All files of a process share it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BandwidthSlot } from '../../config/settings.ts';
import type { Storage } from '../storage.ts';

/** Saved up at most, in seconds: short enough not to be seen as a burst, long enough not to wait for every piece. */
const BURST_SECONDS = 0.25;
/** A timetable is looked at again at least so often while bytes wait. */
const LONGEST_SLEEP_MS = 5000;

export interface Bandwidth {
  /** Resolves when so many bytes may pass. Rejects when the signal is aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export interface Clock {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted()),
};

/** The slots are sorted by their time of day, in the process's time zone; before the first one the last one holds. */
export function bandwidth(slots: readonly BandwidthSlot[], clock: Clock = realClock): Bandwidth {
  /** Bytes that may pass now; below 0: how many have passed ahead of their time. */
  let allowance = 0;
  let countedMs = clock.now().getTime();

  function currentRate(): number | undefined {
    const now = clock.now();
    const minute = now.getHours() * 60 + now.getMinutes();
    return (slots.findLast(({ fromMinute }) => fromMinute <= minute) ?? slots.at(-1))?.bytesPerSecond;
  }

  function earn(rate: number): void {
    const nowMs = clock.now().getTime();
    // A clock that is set back earns nothing; one that is set forward no more than a burst.
    const earned = (Math.max(0, nowMs - countedMs) / 1000) * rate;
    allowance = Math.min(allowance + earned, rate * BURST_SECONDS);
    countedMs = nowMs;
  }

  return {
    async take(bytes, signal) {
      const first = currentRate();
      if (first !== undefined) earn(first);
      // Taken first and paid for by waiting: the next reader waits for its own bytes and for these.
      allowance -= bytes;
      for (let rate = first; rate !== undefined && allowance < 0; rate = currentRate()) {
        await clock.sleep(Math.min(Math.ceil((-allowance / rate) * 1000), LONGEST_SLEEP_MS), signal);
        earn(rate);
      }
      if (currentRate() === undefined) {
        allowance = 0;
        countedMs = clock.now().getTime();
      }
    },
  };
}

/** The same storage, read no faster than that. */
export function limitReading(storage: Storage, limit: Bandwidth): Storage {
  // A copy inside the service would pass no limit.
  const { copyOffer: _, ...rest } = storage;
  return {
    ...rest,
    async *read(path, options) {
      for await (const chunk of storage.read(path, options)) {
        await limit.take(
          chunk.reduce((sum, piece) => sum + piece.length, 0),
          options.signal,
        );
        yield chunk;
      }
    },
  };
}
