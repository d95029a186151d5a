/** What a seed may be about: faults gathered where they tell most, and the actors that they need. The rest is left to chance. */
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

/** A worker dies behind what it published, and before that is recorded; another one looks at it, or there is only left to finish. */
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

/** A worker sleeps past its lease, and its successor is at work or has ended when it wakes. What it sends then can be seen where it has content of its own, or writes on. */
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

/** The same, while the answer to a renewal is on its way. */
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

/** New content of the size and time of the old: other transforms, or a repair of what rotted. */
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

/** Files appear at the target while others are about to be published there. */
const comesFirst: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'folder', 'bucket']),
  existing: 'refuse',
  actors: [syncs(0, 1), ...[0, 1, 2].map((): Actor => ({ kind: 'foreign', startMs: below(400), edits: 3 }))],
  chances: { ...scenario.chances, ...calmChances, aimed: 0 },
});

/** Another task has other settings than the plan, or the operator another target. */
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

/** Part of a file is stored when its worker dies, and the file is another one when the next comes. */
const changesAmid: Theme = (scenario, { pick, below }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'bucket', 'bucket']),
  chain: 'none',
  sizes: [24 + below(17)],
  actors: [syncs(0, 3), { kind: 'producer', startMs: below(3000), edits: 2 }, syncs(20_000, 1)],
  chances: { ...scenario.chances, ...calmChances, aim: 'writes|sends part|saveIntents', aimed: 0.1, kills: 3 },
});

/** A draft is begun by a worker that was taken for dead. */
const draftsLate: Theme = (scenario, { pick }) => ({
  ...scenario,
  place: pick(['folder', 'sftp', 'old-sftp']),
  actors: [tasks(0, 1), syncs(0, 2, { force: true })],
  chances: { ...scenario.chances, ...calmChances, aim: 'creates', aimed: 0.6, freezes: 2, freezeMs: LONG_MS },
});

/** What a dead worker left is nobody's: its file is gone from the source. */
const vanishes: Theme = (scenario, { below }) => ({
  ...scenario,
  sizes: [24 + below(17), 8],
  actors: [tasks(0, 1), { kind: 'producer', startMs: below(3000), edits: 5 }],
  chances: { ...scenario.chances, ...calmChances, aim: 'creates|writes|sends part', aimed: 0.2, kills: 4 },
});

/** Changes within one step of the source's clock. */
const changesQuickly: Theme = (scenario, { below }) => ({
  ...scenario,
  stepMs: 1000,
  sizes: [1 + below(12)],
  actors: [0, 1, 2]
    .map((): Actor => ({ kind: 'producer', startMs: below(700), edits: 2 }))
    .concat(syncs(below(300), 2)),
  chances: { ...scenario.chances, ...calmChances },
});

/** Two runs that were planned with other transforms each. */
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
