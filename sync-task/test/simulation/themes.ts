/** Themes of seeds. Each aims faults at the steps where they reveal most, and adds the actors it needs. The rest is chance. */
import type { Random } from '../faults/kit/random.ts';
import type { Actor, Patch, Scenario } from './scenario.ts';

export type Theme = (scenario: Scenario, random: Random) => Scenario;

export const LONG_MS = 60_000;
export const calmChances = { disrupt: 0, kills: 0, freezes: 0, stops: 0, fail: 0, ambiguous: 0, aimed: 0.3 };

export const syncs = (startMs: number, times: number, patch: Patch = {}): Actor => ({
  kind: 'sync',
  startMs,
  times,
  patch,
});
export const tasks = (startMs: number, workers: number, patch: Patch = {}): Actor => ({
  ...{ kind: 'tasks', startMs, workers, patch },
});

/** A worker dies between publishing and recording. Another worker takes over, or only `finish` runs. */
const diesBeforeRecording: Theme = (scenario, { pick, fraction }) => {
  const finishes = fraction() < 0.6;
  return {
    ...scenario,
    existing: pick(['refuse', 'refuse', 'replace']),
    sizes: finishes ? scenario.sizes.slice(0, 1) : scenario.sizes,
    actors: finishes ? [{ ...tasks(0, 1), finishAfterMs: 2 * LONG_MS }] : [syncs(0, 1), syncs(20_000, 1)],
    chances: {
      ...{ ...scenario.chances, ...calmChances },
      ...(finishes
        ? { aim: 'publishes|links', kills: 1, aimed: 0.8 }
        : { aim: 'recordOutcomes|publishes|links', kills: 2 }),
    },
  };
};

/** A worker sleeps past its lease and wakes while its successor works, or later. Its late requests show where its content differs or it appends. */
const sleepsAtPublishing: Theme = (scenario, { pick, below, fraction }) => {
  const place = pick(['folder', 'sftp', 'old-sftp', 'plain-bucket', 'plain-bucket', 'plain-bucket'] as const);
  return {
    ...scenario,
    place,
    chain: place === 'plain-bucket' ? scenario.chain : 'none',
    sizes: [24 + below(17)],
    actors: [syncs(0, 1), syncs(below(3000), 1, fraction() < 0.3 ? { force: true } : {})],
    chances: {
      ...{ ...scenario.chances, ...calmChances, freezes: 1 + below(2), freezeMs: LONG_MS, paceMs: pick([4, 400]) },
      ...(place === 'plain-bucket' ? { aim: 'saveIntents|publishes', aimed: 0.5 } : { aim: 'writes', aimed: 0.2 }),
    },
  };
};

/** The same, while the reply to a renewal is on its way. */
const sleepsAtRenewing: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'sftp']),
  chain: 'none',
  sizes: [30 + below(30)],
  actors: [syncs(0, 1), syncs(below(3000), 1)],
  chances: {
    ...{ ...scenario.chances, ...calmChances, freezes: 1, freezeMs: 2 * LONG_MS, paceMs: pick([300, 800]), stick: 0 },
    ...{ aim: 'state renew', aimed: 0.6 },
  },
});

/** New content with the size and time of the old: other transforms, or a repair of corrupted files. */
const sameShape: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['bucket', 'bucket', 'plain-bucket', 'folder']),
  chain: pick(['none', 'swap-case']),
  sizes: [1 + below(8), 1 + below(8)],
  actors: [
    syncs(0, 1),
    pick([
      { kind: 'producer', startMs: 30_000, edits: 1 },
      { kind: 'foreign', startMs: 5000, edits: 2 },
    ]),
    pick<Actor>([
      syncs(10_000, 1, { chain: pick(['none', 'swap-case']), force: true }),
      { kind: 'verify', startMs: 10_000, repair: true, checksum: 'both' },
    ]),
    syncs(30_000, 1),
  ],
  chances: {
    ...scenario.chances,
    ...calmChances,
    aim: 'saveIntents|publishes',
    aimed: 0.2,
    blur: 0.1,
    kills: 2,
    stops: 1,
  },
});

/** Other programs put files at target paths that are about to be published. */
const comesFirst: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'folder', 'bucket']),
  existing: 'refuse',
  actors: [syncs(0, 1), ...[0, 1, 2].map((): Actor => ({ kind: 'foreign', startMs: below(400), edits: 3 }))],
  chances: { ...scenario.chances, ...calmChances, aimed: 0 },
});

/** One task has other settings than the plan, or the operator sets another target. */
const otherSettings: Theme = (scenario, { pick, fraction }) => {
  const patch: Patch =
    fraction() < 0.5
      ? { chain: pick(['none', 'swap-case', 'double', 'split']) }
      : { elsewhere: true, newTarget: fraction() < 0.3 };
  return {
    ...scenario,
    actors: [tasks(0, 1, patch), syncs(pick([0, 20_000]), 1, pick([patch, {}]))],
    chances: { ...scenario.chances, ...calmChances },
  };
};

/** A worker dies with a file partly stored, and the source file has changed when the next worker comes. */
const changesAmid: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'bucket', 'bucket']),
  chain: 'none',
  sizes: [24 + below(17)],
  actors: [syncs(0, 3), { kind: 'producer', startMs: below(3000), edits: 2 }, syncs(20_000, 1)],
  chances: { ...scenario.chances, ...calmChances, aim: 'writes|sends part|saveIntents', aimed: 0.1, kills: 3 },
});

/** A worker that was taken for dead starts a draft. */
const draftsLate: Theme = (scenario, { pick }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'old-sftp']),
  actors: [tasks(0, 1), syncs(0, 2, { force: true })],
  chances: { ...scenario.chances, ...calmChances, aim: 'creates', aimed: 0.6, freezes: 2, freezeMs: LONG_MS },
});

/** A dead worker leaves a draft of a file that is gone from the source. */
const vanishes: Theme = (scenario, { below }) => ({
  ...scenario,
  sizes: [24 + below(17), 8],
  actors: [tasks(0, 1), { kind: 'producer', startMs: below(3000), edits: 5 }],
  chances: { ...scenario.chances, ...calmChances, aim: 'creates|writes|sends part', aimed: 0.2, kills: 4 },
});

/** Changes within one step of the source's timestamps. */
const changesQuickly: Theme = (scenario, { below }) => ({
  ...scenario,
  stepMs: 1000,
  sizes: [1 + below(12)],
  actors: [0, 1, 2]
    .map((): Actor => ({ kind: 'producer', startMs: below(700), edits: 2 }))
    .concat(syncs(below(300), 2)),
  chances: { ...scenario.chances, ...calmChances },
});

/** Two runs, planned with different transforms. */
const twoChains: Theme = (scenario, { pick }) => ({
  ...scenario,
  chain: pick(['none', 'swap-case']),
  actors: [syncs(0, 1, { chain: 'none' }), syncs(0, 1, { chain: 'swap-case' })],
  chances: { ...scenario.chances, ...calmChances, kills: 1 },
});

export const themes: readonly Theme[] = [
  ...[
    diesBeforeRecording,
    sleepsAtPublishing,
    sleepsAtPublishing,
    sleepsAtPublishing,
    sleepsAtRenewing,
    sleepsAtRenewing,
  ],
  ...[sameShape, sameShape, comesFirst, otherSettings],
  ...[changesAmid, draftsLate, vanishes, changesQuickly, twoChains],
];
