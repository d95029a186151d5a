/** How long to wait before the next try. */
import { realWorld, type World } from './world.ts';

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * Milliseconds to wait after `tries` failed tries: a random time between 0 and a bound that doubles with every try, from 0.5 s to
 * 15 s. With this full jitter, workers that failed together don't return together.
 */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
}

/**
 * Waits that long, or until the signal aborts. Never throws. Storages wait in the real world, as their servers do: the simulator
 * replaces them altogether. Callers that may run on simulated storages pass their world.
 */
export async function backOff(tries: number, signal: AbortSignal | undefined, world: World = realWorld): Promise<void> {
  await world.sleep(backoffMs(tries, world.random), signal).catch(() => undefined);
}
