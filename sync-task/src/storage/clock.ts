/**
 * A storage that is only read has no clock to ask. But listing a folder leaves the time of that access on it, by the server's
 * own clock. Not on every mount and not every time (`noatime`, `relatime`): then nothing is known.
 */
export interface AccessedFolder {
  /** When the folder was listed last, as the server reports it; undefined where it doesn't. */
  lastAccessMs(): Promise<number | undefined>;
  /** Lists it. */
  access(): Promise<void>;
}

/** Time stamps come in whole seconds, and lag behind their own clock by a tick: less than this is no skew. */
const SAME_CLOCK_MS = 2000;

/** How many milliseconds that clock is ahead of ours; undefined where the access left no trace. */
export async function skewFromAccess(
  folder: AccessedFolder,
  now: () => number = Date.now,
): Promise<number | undefined> {
  const before = await folder.lastAccessMs();
  const startMs = now();
  await folder.access();
  const after = await folder.lastAccessMs();
  if (before === undefined || after === undefined || after === before) return undefined;
  return skewBetween(after, startMs, now());
}

/** From a time stamp that another clock made some time between `startMs` and `endMs` of ours. */
export function skewBetween(stampMs: number, startMs: number, endMs: number): number {
  const skewMs = Math.round(stampMs - (startMs + endMs) / 2);
  return Math.abs(skewMs) < SAME_CLOCK_MS + (endMs - startMs) / 2 ? 0 : skewMs;
}
