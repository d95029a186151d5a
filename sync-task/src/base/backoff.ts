/** How long to wait before something is tried again. */
import { realWorld, type World } from './world.ts';

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * Milliseconds before the try after `tries`: any time between none and a span that doubles with every try. With this full
 * jitter many who failed together don't come back together.
 */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
}

/**
 * Waits so long, or until the signal is aborted; throws nothing. Storages wait in the real world: their servers do, and a simulator
 * puts others in their place. What may stand on top of those hands over its world.
 */
export async function backOff(tries: number, signal: AbortSignal | undefined, world: World = realWorld): Promise<void> {
  await world.sleep(backoffMs(tries, world.random), signal).catch(() => undefined);
}
