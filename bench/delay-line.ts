/**
 * One direction of a long-distance connection. Data leaves a fixed time after it arrived, in order, at full bandwidth.
 *
 * A long line holds bandwidth × delay bytes in flight. The bound here is far above that (10 ms at 1 GiB/s are 10 MiB), so it
 * limits no client, and far below what would hurt this machine.
 */
import type { Socket } from 'node:net';

export const MOST_UNDER_WAY_BYTES = 64 * 1024 * 1024;
/** Timers fire at whole milliseconds, so data that is due within half a millisecond leaves now. */
const TIMER_STEP_MS = 0.5;

interface Parcel {
  readonly dueMs: number;
  /** Undefined: the end. */
  readonly data: Buffer | undefined;
}

/** Connects the two; the end of `from` becomes the end of `to`. */
export function delayLine(from: Socket, to: Socket, delayMs: number): void {
  const parcels: Parcel[] = [];
  let queuedBytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function take(data: Buffer | undefined): void {
    parcels.push({ dueMs: performance.now() + delayMs, data });
    queuedBytes += data?.length ?? 0;
    if (queuedBytes + to.writableLength > MOST_UNDER_WAY_BYTES) from.pause();
    arm();
  }
  function arm(): void {
    const first = parcels[0];
    if (timer || !first) return;
    timer = setTimeout(deliver, Math.max(0, first.dueMs - performance.now()));
  }
  function deliver(): void {
    timer = undefined;
    const nowMs = performance.now() + TIMER_STEP_MS;
    for (let first = parcels[0]; first && first.dueMs <= nowMs; first = parcels[0]) {
      parcels.shift();
      if (!first.data) to.end();
      else if (to.writable) to.write(first.data);
      queuedBytes -= first.data?.length ?? 0;
    }
    resume();
    arm();
  }
  function resume(): void {
    if (from.isPaused() && queuedBytes + to.writableLength < MOST_UNDER_WAY_BYTES / 2) from.resume();
  }

  from.on('data', take);
  from.on('end', () => take(undefined));
  from.on('close', () => {
    if (!from.readableEnded) to.resetAndDestroy();
  });
  from.on('error', () => to.resetAndDestroy()); // the other side learns of it as of a broken line
  to.on('drain', resume);
}
