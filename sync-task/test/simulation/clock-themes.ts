/** Themes about wrong clocks. */
import type { Actor } from './scenario.ts';
import { calmChances, LONG_MS, syncs, type Theme } from './themes.ts';

const HOURS_MS = 10_000_000;

/** Changes within one step of the source's timestamps, whose clock differs from the worker's. */
const changesByAnotherClock: Theme = (scenario, { below }) => ({
  ...scenario,
  stepMs: 1000,
  sizes: [1 + below(12)],
  actors: [0, 1, 2]
    .map((): Actor => ({ kind: 'producer', startMs: below(700), edits: 2 }))
    .concat(syncs(below(300), 2)),
  chances: {
    ...scenario.chances,
    ...calmChances,
    jumps: below(3),
    jumpMs: HOURS_MS,
    skewMs: HOURS_MS,
    aim: 'lists|tells',
  },
});

/** A worker is frozen past its lease, and its wall clock is set back. */
const sleepsAndIsSetBack: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'plain-bucket', 'plain-bucket']),
  chain: 'none',
  sizes: [24 + below(17)],
  actors: [syncs(0, 1), syncs(below(3000), 1)],
  chances: {
    ...{ ...scenario.chances, ...calmChances, freezes: 2, freezeMs: LONG_MS, paceMs: pick([4, 400]) },
    ...{ jumps: 2, jumpMs: HOURS_MS, skewMs: 0, aim: 'writes|saveIntents|publishes', aimed: 0.4 },
  },
});

export const clockThemes: readonly Theme[] = [changesByAnotherClock, sleepsAndIsSetBack];
